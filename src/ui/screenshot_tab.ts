/**
 * A picture of a domain's screen.
 *
 * @module
 */

import { element, setText } from "./dom.ts";
import { explain } from "./format.ts";
import { icon } from "./icons.ts";
import type { LiveDomain } from "./live_domain.ts";
import { readPixmap } from "./ppm.ts";
import type { Tab } from "./tab.ts";

/** Opens the tab, and takes a picture. */
export function openScreenshotTab(live: LiveDomain): Tab {
  const said = element("p", { role: "status" });
  const canvas = element("canvas", { role: "img", hidden: true });
  const button = element("button", { type: "button", onclick: () => void take() });
  button.append(icon("camera"), "Take another");
  const root = element(
    "div",
    { class: "screenshot" },
    element("div", { class: "toolbar" }, said, button),
    canvas,
  );

  async function take(): Promise<void> {
    setText(said, "Taking a picture…");
    try {
      const { mimeType, body } = await live.domain.screenshot();
      const bytes = await new Response(body).bytes();
      const picture = mimeType === "image/x-portable-pixmap"
        ? await createImageBitmap(readPixmap(bytes))
        : await createImageBitmap(new Blob([bytes], { type: mimeType }));
      canvas.width = picture.width;
      canvas.height = picture.height;
      canvas.getContext("2d")!.drawImage(picture, 0, 0);
      canvas.hidden = false;
      const time = new Date().toLocaleTimeString();
      canvas.setAttribute("aria-label", `Screen of ${live.domain.name} at ${time}`);
      setText(said, `${picture.width} × ${picture.height} pixels, ${time}`);
    } catch (error) {
      setText(said, explain(error));
    }
  }

  void take();
  return { root, update() {}, close() {} };
}
