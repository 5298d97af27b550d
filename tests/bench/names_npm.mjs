// deno-lint-ignore-file no-console
// The smallest program on the npm build (`deno task npm`): RUNTIME names_npm.mjs names URI
const { connect } = await import(new URL("../../npm/mod.js", import.meta.url).href);

const args = globalThis.Deno?.args ?? process.argv.slice(2);
const conn = await connect(args[1]);
for (const domain of await conn.listAllDomains()) console.log(domain.name);
await conn.close();
