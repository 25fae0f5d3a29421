import { render } from "svelte/server";
import { expect, it } from "vitest";

import { common } from "../kit/common";
import type { Failure } from "../kit/api/service";
import Trouble from "./ui/Trouble.svelte";
import { words } from "./words";

it.each<[Failure, string]>([
  [{ kind: "lost" }, common.failures.lost[0]],
  [{ kind: "busy", seconds: 1 }, common.failures.lost[0]],
  [{ kind: "strange", status: 500 }, common.failures.strange[0]],
])("a repetition is harmless but where it sends an e-mail: %o", (failure, sentence) => {
  const read = render(Trouble, { props: { failure } }).body;
  expect(read).toContain(sentence);
  const mail = render(Trouble, { props: { failure, mails: true } }).body;
  expect(mail).not.toContain(sentence);
  expect(mail).toContain(words.problems.mayBeSent[0]);
});

it("an e-mail that was turned away was not sent", () => {
  const read = render(Trouble, { props: { failure: { kind: "busy", seconds: 1, isTurnedAway: true }, mails: true } }).body;
  expect(read).not.toContain(words.problems.mayBeSent[0]);
});
