/**
 * Questions that are to be answered before anything happens.
 *
 * @module
 */

import { element } from "./dom.ts";

/** A question. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button that agrees says. */
  readonly action: string;
  /** Whether something is lost by it. */
  readonly danger?: boolean;
  /** Fields to fill in: label by name. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** Asks; answers the fields, or `undefined` when the question is dismissed. */
export function ask(question: Question): Promise<Record<string, string> | undefined> {
  const { promise, resolve } = Promise.withResolvers<Record<string, string> | undefined>();
  const inputs = Object.entries(question.fields ?? {}).map(([name, label]) => ({
    input: element("input", { name, type: "text", autocomplete: "off", spellcheck: "false" }),
    label,
  }));
  const agree = element("button", {
    type: "submit",
    class: question.danger ? "danger" : "primary",
  }, question.action);
  const cancel = element("button", { type: "button", onclick: () => dialog.close() }, "Cancel");
  const form = element(
    "form",
    {
      onsubmit: (event) => {
        event.preventDefault();
        resolve(Object.fromEntries(inputs.map(({ input }) => [input.name, input.value.trim()])));
        dialog.close();
      },
    },
    element("h2", { id: "question" }, question.title),
    element("p", { id: "question-text" }, question.text),
    ...inputs.map(({ input, label }) => element("label", { class: "field" }, label, input)),
    element("div", { class: "buttons" }, cancel, agree),
  );
  const dialog = element("dialog", {
    "aria-labelledby": "question",
    "aria-describedby": "question-text",
    onclose: () => {
      dialog.remove();
      resolve(undefined);
    },
  }, form);
  document.body.append(dialog);
  dialog.showModal();
  // what loses something is not one press of Enter away
  (inputs[0]?.input ?? (question.danger ? cancel : agree)).focus();
  return promise;
}
