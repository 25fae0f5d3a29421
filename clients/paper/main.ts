// The page of a printed document's code: shows what the code says, so that it can be compared with the paper. All words are in
// the page already. The content is taken off the address at once: nothing of it stays in the browser's history.

import { judge, type Content, type Key, type Verdict } from "./paper";

const find = <E extends Element>(selector: string, within: ParentNode = document) => within.querySelector<E>(selector)!;

const main = find<HTMLElement>("main");
const language = find<HTMLAnchorElement>("#language");

const keysIn = (set: string | undefined): Key[] => (JSON.parse(set ?? "") as { keys: Key[] }).keys;

async function check(): Promise<void> {
  const fragment = location.hash.slice(1);
  if (fragment === "") return;
  history.replaceState(null, "", location.pathname + location.search);
  if (!globalThis.crypto?.subtle) return;
  const { document: name = "", issued, now, keys, retiredKeys } = main.dataset;
  // What has no name cannot have been issued, and nothing can be signed under it.
  if (name === "") return;
  const record = { document: name, issued: issued === "true", now: Number(now), keys: [...keysIn(keys), ...keysIn(retiredKeys)] };
  show(await judge(fragment, record));
  language.href = `${language.search}#${fragment}`;
}

function show(verdict: Verdict): void {
  for (const section of main.querySelectorAll("section")) section.hidden = section.id !== verdict.is;
  if (verdict.is === "genuine") fill(verdict.content);
  if (verdict.is === "expired") {
    const day = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long" });
    find("#expired strong").textContent = day.format(verdict.at);
  }
}

function fill(content: Content): void {
  const number = find<HTMLElement>("#number");
  number.hidden = content.number === undefined;
  find("dd", number).textContent = content.number ?? "";
  for (const [at, line] of document.querySelectorAll("#address dd").entries()) line.textContent = content.address[at] ?? "";
  find("#people").replaceChildren(
    ...content.people.map((person) => {
      const row = document.importNode(find<HTMLTemplateElement>("#person").content, true);
      find("strong", row).textContent = person.name;
      find(".nik", row).textContent = person.nik;
      find(".birth-date", row).textContent = person.birthDate;
      find<HTMLElement>(".relation", row).hidden = person.relation === undefined;
      find(".relation dd", row).textContent = person.relation ?? "";
      return row;
    }),
  );
  const more = find<HTMLElement>("#more");
  more.hidden = content.more === 0;
  find("strong", more).textContent = String(content.more);
}

addEventListener("hashchange", () => void check());
void check();
