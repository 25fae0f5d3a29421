import "../kit/style.css";
import "./holder.css";

import { mount } from "svelte";

import { app } from "./app.svelte";
import App from "./App.svelte";
import { heed } from "./install.svelte";
import { startWorker } from "./worker";

const target = document.getElementById("app");
if (target !== null) {
  heed();
  mount(App, { target });
  void app.start();
  // The app works without it; only opening it without a network does not.
  startWorker().catch(() => undefined);
}
