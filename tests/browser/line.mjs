// The resident's app on a bad line: each kind of request that it makes is refused for now, turned away, and left without its
// answer; each screen is seen without a network. Then what only time, an officer or a falsifier can do to it.
//
// Reads one JSON object from the environment variable LINE: origin and mailbox (addresses of the stack), officer and bank (access
// tokens of an officer and of an integrator), nik and name (a resident without a phone), camera and wall (JPEGs with and without a
// face), screenshots (a folder), chromium (the browser's path) and modules (a node_modules with playwright-core, axe and
// zxing-wasm). Ends with a stack trace on the first thing that is not as it should be.

import assert from "node:assert/strict";

import { complaints, given, nothingIsLeft, page, putAway, secrets } from "./holder/phone.mjs";
import {
  askForAnotherEmail, beApproved, changeFirstPin, enrolAgain, everyDeliveryHasItsWords, lookIn, register, takeOwnPin, wait,
} from "./line/enrol.mjs";
import { everythingWasMet, spoilLine } from "./line/faults.mjs";
import { beBlocked, beReset, block, erase } from "./line/office.mjs";
import { answerScan, download, falsifyHistory, lock, readOwnData, showCode, sign } from "./line/session.mjs";
import { countDown, hearError, leaveTheApp, waitOnSlowLine } from "./line/time.mjs";

const PIN = "394017";
for (const [what, value] of [["nik", given.nik], ["name", given.name], ["pin", PIN]]) secrets.set(what, value);

let failed = true;
try {
  await page.clock.install();
  await spoilLine();
  await lookIn();
  await register();
  await wait();
  const before = await beApproved();
  await everyDeliveryHasItsWords();
  await changeFirstPin(await askForAnotherEmail(before), PIN);
  await readOwnData();
  await download();
  await falsifyHistory(await showCode());
  await answerScan(PIN);
  await sign(PIN);
  await lock(PIN);
  await waitOnSlowLine();
  await hearError();
  await countDown();
  await leaveTheApp(PIN);
  await beReset(PIN);
  await beBlocked();
  await takeOwnPin(await enrolAgain(), PIN);
  await erase(PIN);
  await block();
  everythingWasMet();
  await nothingIsLeft();
  assert.deepEqual(complaints, [], "the browser has nothing to complain about");
  failed = false;
} finally {
  await putAway({ failed });
}
