// The app's state: who this phone is to the service, which screen is shown, and what ends a session.

import { Act } from "../kit/act.svelte";
import { ServiceClock } from "../kit/api/clock";
import { prove } from "../kit/api/proof";
import { isProblem, isRefusal, mayBeDone, Service, type Asked, type Failure, type Outcome, type Rules, type Schemas } from "../kit/api/service";
import { reader, type Text } from "../kit/words.svelte";
import type { Claim } from "./claims";
import { Enrolment } from "./enrolment.svelte";
import { forgetScreen, lastScreen, rememberScreen } from "./memory";
import { Presence } from "./presence.svelte";
import { Asking } from "./question.svelte";
import { homeOf, opening, permitted, screenOf, type Place, type Screen, type Stage } from "./screens";
import { lasting, Store, type Configuration, type Device, type Hints } from "./store";
import type { Obstacle, Status } from "./state";
import { holdTab } from "./tab";
import { withShownTicket } from "./ticket";
import { Trail } from "./trail";
import { takeNewVersion } from "./worker";
import { words } from "./words";

interface Session {
  token: string;
  scope: "holder" | "change-pin";
  /** By the service's clock. */
  endsAt: number;
}

/** So long a question can wait after its code has gone, in milliseconds. */
const TIME_TO_ANSWER = 60_000;

/** These prove nothing about the phone, and must not name its key. */
const WITHOUT_PROOF = ["/signatures/", "/.well-known/", "/app/"];

export class App {
  /** Whether the first answer has come, so that a screen can be chosen. */
  started = $state(false);
  screen = $state<Screen>("selamat-datang");
  obstacle = $state.raw<Obstacle | null>(null);
  stage = $state<Stage>("none");
  status = $state.raw<Status | null>(null);
  session = $state.raw<Session | null>(null);
  /** The claims of the code that is shown. A reload forgets them: then they are chosen again. */
  chosen = $state.raw<Claim[]>([]);
  hints = $state.raw<Hints>({});
  /** A sentence for the next screen, as "PIN sudah diganti". */
  message = $state.raw<{ kind: "good" | "information" | "warning"; text: Text } | null>(null);
  online = $state(navigator.onLine);
  /** Whether the holder has gone back from the first screen of a session, and is asked whether to lock. */
  leaving = $state(false);
  /** Whether the start had no answer, so that the screen is the one remembered. */
  startFailure = $state.raw<Failure | null>(null);
  configuration = $state.raw<Configuration>({
    public_url: `${location.origin}/`,
    zone: "WIB",
    office: { name: "Dinas Kependudukan dan Pencatatan Sipil", phone: null },
  });

  /** The start waits for its answer like any other act. */
  readonly starting = new Act();
  readonly clock = new ServiceClock();
  readonly presence = new Presence(this.clock);
  readonly service: Service;
  readonly enrolment = new Enrolment();
  readonly asking = new Asking({
    ask: (request, rules) => this.ask(request, rules),
    show: (screen) => this.go(screen, { replaces: true }),
  });
  readonly #trail = new Trail({
    shown: () => this.screen,
    arrived: () => this.#showAsked(),
    leaving: () => {
      if (this.asking.question !== null) this.asking.leaving = true;
      else this.leaving = true;
    },
  });
  #store: Store | null = null;
  #device: Device | null = null;
  /** The token of a session that ends here and has still to end at the service. */
  #ending: string | undefined = undefined;

  constructor() {
    this.service = new Service({
      origin: location.origin,
      clock: this.clock,
      language: () => reader.language,
      isOnline: () => navigator.onLine,
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      builtAt: __BUILT_AT__,
      prove: async ({ method, path, at }) => {
        const keys = (path === "/registrations" ? this.enrolment.keys : null) ?? this.#device?.keys;
        if (keys === undefined || WITHOUT_PROOF.some((start) => path.startsWith(start))) return {};
        const token = this.#tokenFor(path);
        const address = new URL(path, this.configuration.public_url).href;
        const headers = { DPoP: await prove(keys, { method, address, at, token }) };
        return token === undefined ? headers : { ...headers, Authorization: `DPoP ${token}` };
      },
    });
  }

  /** The access token that a request shows: none where phones ask that are not logged in. */
  #tokenFor(path: string): string | undefined {
    if (path === "/sessions" || path.startsWith("/registrations")) return undefined;
    return path === "/sessions/current" ? this.#ending : this.session?.token;
  }

  get place(): Place {
    return {
      stage: this.stage,
      session: this.session?.scope ?? "none",
      draft: this.enrolment.extent,
      hasChosen: this.chosen.length > 0,
      asking: this.asking.extent,
    };
  }

  /** Opens the store, takes the app for this tab, and asks the service how far this phone is. */
  async start(): Promise<void> {
    try {
      this.#store = await Store.open();
      await this.#recall();
      if (!("locks" in navigator) || crypto.subtle === undefined) throw new Error("no keys");
    } catch {
      this.obstacle = { kind: "unsupported" };
      this.started = true;
      return;
    }
    this.#listen();
    await this.#holdTab(false);
    if (this.obstacle === null) await this.#open();
  }

  /** Reads what the phone remembers, and does as people chose. */
  async #recall(): Promise<void> {
    this.hints = (await this.#store?.hints()) ?? {};
    if (this.hints.language) reader.language = this.hints.language;
    if (this.hints.configuration) this.configuration = this.hints.configuration;
    this.applyTheme();
  }

  async #open(): Promise<void> {
    this.#device = (await this.#store?.device()) ?? null;
    this.enrolment.recall((await this.#store?.nextKeys()) ?? null);
    void this.#configure();
    if (this.#device === null) {
      this.stage = this.enrolment.keys === null ? "none" : "unsent";
    } else {
      await this.starting.run(() => this.checkStatus());
    }
    this.started = true;
    const { isEmptied } = opening(screenOf(location.hash), this.place);
    // Somebody who follows a link to the form has typed nothing yet.
    if (isEmptied && this.#trail.isOwn) this.message = { kind: "information", text: words.register.notKept };
    if (isEmptied) this.goHome();
    else this.#showAsked();
  }

  /** Learns what differs between deployments; the last one learnt does where there is no network. */
  async #configure(): Promise<Outcome<Configuration>> {
    const configured = await this.service.send(
      (client, signal) => client.GET("/app/{path}", { params: { path: { path: "configuration.json" } }, signal }),
      { repeats: false },
    );
    if (configured.ok) {
      this.configuration = configured.value;
      await this.remember({ configuration: configured.value });
    }
    return configured;
  }

  /** *Cek Status*: what the service says decides the screen. */
  async checkStatus(): Promise<Outcome<Status>> {
    const id = this.#device?.registration ?? "";
    const outcome = await this.service.send(
      (client, signal) => client.GET("/registrations/{id}", { params: { path: { id } }, signal }),
      { repeats: true },
    );
    if (outcome.ok) {
      this.startFailure = null;
      await this.#standsAt(outcome.value);
    } else if (isProblem(outcome.failure, "not-found")) {
      this.obstacle = { kind: "gone" };
    } else if (!this.#heedClock(outcome.failure) && this.status === null) {
      this.startFailure = outcome.failure;
      this.stage = (this.hints.stage as Stage | undefined) ?? "active";
    }
    return outcome;
  }

  async #standsAt(status: Status): Promise<void> {
    const moved = status.stage !== this.stage;
    this.status = withShownTicket(status, this.status, this.clock.now());
    this.stage = status.stage;
    if (status.stage !== "active") this.#dropSession();
    const wasActive = this.hints.wasActive === true || status.stage === "active";
    if (this.hints.stage !== status.stage || this.hints.wasActive !== wasActive) {
      // A code that is sent becomes the PIN.
      const pin = status.stage === "approved" ? { pinChanged: false, pinPerhapsChanged: false, pinLockedUntil: 0 } : {};
      await this.remember({ stage: status.stage, wasActive, ...pin });
    }
    if (moved && this.started) this.goHome();
  }

  /** Shows a screen, or the one that has to come before it. */
  go(asked: Screen, { replaces = false } = {}): void {
    const screen = permitted(asked, this.place);
    if (replaces) this.#trail.replace(screen);
    else if (screen !== this.screen) this.#trail.push(screen);
    this.#show(screen);
  }

  /** Shows the first screen of a session, and the one of before on top of it. */
  #enter(asked: Screen | null): void {
    const home = homeOf(this.place);
    if (home !== "halaman-utama") {
      this.goHome();
      return;
    }
    this.#trail.enter(home);
    this.#show(home);
    if (asked !== null && asked !== "ubah-pin") this.go(asked);
  }

  /** The screen before, as the browser's own button shows it; `otherwise`, or the first one, where there is none. */
  back(otherwise?: Screen): void {
    if (this.#trail.hasBefore) history.back();
    else this.go(otherwise ?? homeOf(this.place), { replaces: true });
  }

  /** The screen where this phone belongs. What led there is done: the way back never repeats it. */
  goHome(): void {
    const home = homeOf(this.place);
    if (this.session === null) this.#trail.restart(home);
    else this.#trail.replace(home);
    this.#show(home);
  }

  /** Shows what the address asks for, or the screen that has to come before it. */
  #showAsked(): void {
    const asked = screenOf(location.hash);
    if (this.screen === "persetujuan" && this.asking.question !== null && asked !== "persetujuan") {
      this.asking.leaving = true;
      this.#trail.stay("persetujuan");
      return;
    }
    // What was shown before is remembered already, and what a lock has forgotten is not remembered again.
    if (asked !== null && !this.#trail.isOwn) rememberScreen(asked);
    const screen = permitted(asked ?? homeOf(this.place), this.place);
    if (this.session === null && screen === homeOf(this.place)) {
      this.goHome();
      return;
    }
    if (screen !== asked) this.#trail.replace(screen);
    this.#show(screen);
  }

  #show(screen: Screen): void {
    this.screen = screen;
    rememberScreen(screen);
  }

  /** *Kirim pendaftaran*. Fails where the phone cannot keep a key; nothing was sent then. */
  async register(selfie: string): Promise<Outcome<Schemas["Registered"]>> {
    const store = this.#store;
    if (store === null) return { ok: false, failure: { kind: "strange", status: 0 } };
    const { nik, email, phone: phone_number } = this.enrolment.draft;
    const body = { nik, email, phone_number, selfie };
    const outcome = await this.enrolment.send(store, () =>
      this.service.send((client, signal) => client.POST("/registrations", { body, signal }), { repeats: false }),
    );
    if (outcome.ok) await this.#registered(store, outcome.value);
    else this.#heedClock(outcome.failure);
    return outcome;
  }

  /** The registration is with the service, whether or not the phone can write that down. */
  async #registered(store: Store, { id, stage, ticket }: Schemas["Registered"]): Promise<void> {
    const keys = this.enrolment.take();
    if (keys === null) return;
    this.#device = { keys, registration: id };
    try {
      await store.adopt(this.#device);
    } catch {
      this.message = { kind: "warning", text: words.ticket.notWritten };
    }
    this.enrolment.empty();
    this.chosen = [];
    // What was remembered of the registration before is not true of this one.
    this.hints = lasting(this.hints);
    await this.remember({ stage: "pending", wasActive: false });
    this.status = { id, stage, ticket, registered_at: new Date(this.clock.now()).toISOString() };
    this.stage = "pending";
    this.goHome();
  }

  /** *Masuk*. */
  async logIn(pin: string): Promise<Outcome<Schemas["Session"]>> {
    const outcome = await this.service.send((client, signal) => client.POST("/sessions", { body: { pin }, signal }), { repeats: false });
    if (outcome.ok) {
      const { access_token, scope, expires_in } = outcome.value;
      this.session = { token: access_token, scope, endsAt: this.clock.now() + expires_in * 1000 };
      this.presence.touch();
      await this.remember({ pinLockedUntil: 0, pinChanged: scope === "holder", pinPerhapsChanged: false });
      this.message = null;
      await this.#enterAgain();
    } else {
      await this.meet(outcome.failure);
    }
    return outcome;
  }

  /** Shows the screen of before. A question that was put to the holder meanwhile comes first. */
  async #enterAgain(): Promise<void> {
    const last = lastScreen();
    const wasShown = last === "persetujuan" || last === "hasil";
    const mayBeAsked = this.session?.scope === "holder" && (wasShown || (this.hints.codeUntil ?? 0) > this.clock.now());
    if (mayBeAsked && (wasShown || last === "kode")) {
      // A new code would end the question.
      this.#enter((await this.asking.recall(wasShown)) ?? last);
      return;
    }
    this.#enter(last);
    if (!mayBeAsked) return;
    const screen = await this.asking.recall(false);
    if (screen !== null) this.go(screen);
  }

  /** *KTP Digital*: a code in the place of the one before. */
  async makeCode(claims: Claim[]): Promise<Outcome<Schemas["QrCode"]>> {
    const consent = this.hints.asksNot === true ? "by-showing" : "at-scan";
    const body = { claims, consent, format: "svg" } as const;
    const outcome = await this.ask((client, signal) => client.POST("/qr-codes", { body, signal }), { repeats: true });
    if (outcome.ok) await this.remember({ codeUntil: Date.parse(outcome.value.expires_at) + TIME_TO_ANSWER });
    return outcome;
  }

  /** Sends a holder's request, and deals with what concerns more than its screen. */
  async ask<Value>(request: Asked<Value>, rules: Rules): Promise<Outcome<Value>> {
    const outcome = await this.service.send(request, rules);
    if (!outcome.ok) await this.meet(outcome.failure);
    return outcome;
  }

  /** Whether it is the phone's clock that is wrong: nothing works until it is set. */
  #heedClock(failure: Failure): boolean {
    if (failure.kind === "clock") this.obstacle = { kind: "clock", service: failure.service };
    return failure.kind === "clock";
  }

  /** What a failure means for the whole app. A screen shows it all the same, where it is still there. */
  async meet(failure: Failure): Promise<void> {
    if (this.#heedClock(failure) || failure.kind !== "problem") return;
    switch (failure.slug) {
      case "missing-token":
      case "invalid-token":
      case "session-ended":
        this.sessionEnded(words.login.ended);
        break;
      case "pin-change-required":
        if (this.session !== null) this.session = { ...this.session, scope: "change-pin" };
        this.go("ubah-pin", { replaces: true });
        break;
      case "device-blocked":
        this.stage = "blocked";
        this.#dropSession();
        await this.remember({ stage: "blocked" });
        this.goHome();
        break;
      case "holder-deceased":
      case "holder-moved":
        this.#dropSession();
        this.obstacle = { kind: "registry", problem: failure.problem };
        break;
      case "pin-locked":
        await this.#lockPin(this.clock.now() + (failure.problem.retry_after ?? 1) * 1000);
        break;
      case "pin-locked-until-office":
        await this.#lockPin("office");
        break;
    }
  }

  /** Nobody can answer a question without a PIN: it has ended as well. */
  async #lockPin(until: number | "office"): Promise<void> {
    const { question } = this.asking;
    if (question !== null) {
      forgetScreen();
      const [id, en] = words.consent.locked;
      this.message = { kind: "warning", text: [id(question.integrator), en(question.integrator)] };
    }
    await this.remember({ pinLockedUntil: until, ...(question === null ? {} : { codeUntil: 0 }) });
    this.#dropSession();
    this.goHome();
  }

  /**
   * The session ends here at once, and at the service as soon as it hears of it. Where nobody pressed the button, the log-in says
   * so and leads back to the same screen.
   */
  async lock(message: Text | null = null): Promise<void> {
    if (message === null) forgetScreen();
    if (this.session !== null) {
      this.#ending = this.session.token;
      void this.service.send((client, signal) => client.DELETE("/sessions/current", { signal }), { repeats: true, isUnseen: true });
    }
    this.#dropSession();
    if (message !== null) this.message = { kind: "information", text: message };
    this.goHome();
    await takeNewVersion();
  }

  /** The session is over: back to the log-in, and then to the same screen. */
  sessionEnded(text: Text): void {
    this.#dropSession();
    this.message = { kind: "information", text };
    this.goHome();
  }

  #dropSession(): void {
    this.session = null;
    this.#trail.exit();
    this.leaving = false;
    this.asking.clear();
    this.presence.warning = null;
  }

  /** Another activation e-mail. It is sent by hand alone: each makes the code before void. */
  async resend(): Promise<Outcome<Schemas["ActivationEmail"]>> {
    const id = this.#device?.registration ?? "";
    const outcome = await this.service.send(
      (client, signal) => client.POST("/registrations/{id}/activation-emails", { params: { path: { id } }, signal }),
      { repeats: false },
    );
    if (outcome.ok && this.status !== null) this.status = { ...this.status, activation_email: outcome.value };
    // Whether it was sent all the same is not guessed.
    else if (!outcome.ok && (isRefusal(outcome.failure) || mayBeDone(outcome.failure))) await this.checkStatus();
    return outcome;
  }

  /** *Ubah PIN*, which ends the session. A change that was perhaps carried out is remembered as well: the next log-in says so. */
  async changePin(old: string, pin: string): Promise<Outcome<unknown>> {
    const body = { old_pin: old, new_pin: pin, new_pin_repeated: pin };
    const outcome = await this.service.send((client, signal) => client.PUT("/pin", { body, signal }), { repeats: false });
    if (outcome.ok) {
      await this.remember({ pinChanged: true, pinPerhapsChanged: false });
      this.#dropSession();
      this.message = { kind: "good", text: words.pin.changed };
      this.goHome();
    } else if (this.hints.pinPerhapsChanged === true && isProblem(outcome.failure, "session-ended", "invalid-token")) {
      this.#dropSession();
      this.goHome();
    } else {
      if (mayBeDone(outcome.failure)) await this.remember({ pinPerhapsChanged: true });
      await this.meet(outcome.failure);
    }
    return outcome;
  }

  /** *Blokir*: from its answer on, this phone opens nothing. */
  async block(reason: "lost" | "stolen" | "other"): Promise<Outcome<unknown>> {
    const outcome = await this.ask(
      (client, signal) => client.POST("/me/device-blocks", { body: { reason }, signal }),
      { repeats: true },
    );
    if (outcome.ok) {
      this.#dropSession();
      this.stage = "blocked";
      await this.remember({ stage: "blocked" });
      this.goHome();
    } else if (mayBeDone(outcome.failure)) {
      await this.checkStatus();
    }
    return outcome;
  }

  /** Ends the digital identity. What is kept all the same is in the answer. */
  async erase(pin: string): Promise<Outcome<Schemas["Erased"]>> {
    const outcome = await this.ask((client, signal) => client.POST("/me/erasures", { body: { pin }, signal }), { repeats: false });
    if (outcome.ok) this.#dropSession();
    // Whether it was carried out is not guessed: an identity that is gone has no registration.
    else if (mayBeDone(outcome.failure)) await this.checkStatus();
    return outcome;
  }

  /** Begins a new registration. The key of the one before stays until the new one is sent. */
  registerAnew(): void {
    this.enrolment.empty();
    this.go("daftar");
  }

  /** Deletes the key for good. */
  async forgetPhone(): Promise<void> {
    this.hints = lasting(this.hints);
    // A key that cannot be deleted now is found again at the next start, and so is this screen.
    await this.#store?.forgetDevice().catch(() => undefined);
    this.#device = null;
    this.enrolment.recall(null);
    this.status = null;
    this.stage = "none";
    this.obstacle = null;
    this.#dropSession();
    forgetScreen();
    this.goHome();
  }

  /** Writes hints down. Where the phone does not take them, they last until the app is closed, which costs nothing. */
  async remember(changed: Partial<Hints>): Promise<void> {
    this.hints = { ...this.hints, ...changed };
    await this.#store?.saveHints($state.snapshot(this.hints) as Hints).catch(() => undefined);
  }

  async speak(language: "id" | "en"): Promise<void> {
    reader.language = language;
    await this.remember({ language });
  }

  applyTheme(): void {
    if (this.hints.theme) document.documentElement.dataset["theme"] = this.hints.theme;
    else delete document.documentElement.dataset["theme"];
  }

  /** Tries once more what kept the app from starting. An obstacle stays until there is an answer. */
  async retry(): Promise<Outcome<unknown>> {
    const outcome = this.#device === null ? await this.#configure() : await this.checkStatus();
    if (!outcome.ok) {
      this.#heedClock(outcome.failure);
    } else if (this.obstacle !== null) {
      this.obstacle = null;
      // What is typed for a first registration is still there.
      if (this.#device !== null) this.goHome();
    }
    return outcome;
  }

  /** Takes the app from the other tab, with what that has written down meanwhile. */
  async useHere(): Promise<void> {
    this.obstacle = null;
    this.started = false;
    await this.#holdTab(true);
    await this.#recall();
    await this.#open();
  }

  async #holdTab(steals: boolean): Promise<void> {
    const lost = () => {
      this.#dropSession();
      this.obstacle = { kind: "other-tab" };
    };
    if (await holdTab(steals, lost)) return;
    this.obstacle = { kind: "other-tab" };
    this.started = true;
  }

  #listen(): void {
    this.#trail.watch();
    addEventListener("online", () => {
      this.online = true;
      if (this.startFailure !== null && this.obstacle === null) void this.retry();
    });
    addEventListener("offline", () => (this.online = false));
    this.presence.watch(() => this.session?.endsAt ?? null, () => void this.lock(words.login.ended));
  }
}

export const app = new App();
