import "../kit/style.css";
import "./officer.css";

import { mount } from "svelte";

import App from "./App.svelte";
import { office } from "./office.svelte";
import { recall } from "./preferences";
import { press } from "./shortcuts";

const target = document.getElementById("app");
if (target !== null) {
  recall();
  mount(App, { target });
  // First, so that a key after a long sleep finds the screen empty.
  office.presence.watch({ ended: () => office.end("ended"), idle: () => office.empty() });
  office.keyboard.listen(press);
  addEventListener("pageshow", ({ persisted }) => persisted && office.returned());
  void office.start();
}
