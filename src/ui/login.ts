/**
 * Asks for the token that opens the proxy.
 *
 * @module
 */

import { element } from "./dom.ts";

/** Shows the form in a place; answers the token. */
export function askForToken(place: HTMLElement, reason: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const input = element("input", {
    type: "password",
    name: "token",
    autocomplete: "current-password",
    required: true,
    ...(reason === "" ? {} : { "aria-describedby": "login-reason", "aria-invalid": "true" }),
  });
  const form = element(
    "form",
    {
      class: "login",
      onsubmit: (event) => {
        event.preventDefault();
        resolve(input.value.trim());
      },
    },
    element("h2", {}, "Sign in"),
    element(
      "p",
      {},
      "The proxy printed a token when it was started, or its operator gave you one.",
    ),
    element("label", { class: "field" }, "Token", input),
    ...(reason === "" ? [] : [element("p", { id: "login-reason", class: "error" }, reason)]),
    element("div", { class: "buttons" }, element("button", { class: "primary" }, "Sign in")),
  );
  place.replaceChildren(form);
  input.focus();
  return promise;
}
