import { render } from "svelte/server";
import { expect, it } from "vitest";

import Nik from "./ui/Nik.svelte";

it("a NIK is in groups to the eye, and its text is 16 digits", () => {
  const read = render(Nik, { props: { nik: "3577014507900003" } }).body;
  expect(read.match(/<span>\d{4}<\/span>/g)?.length).toBe(4);
  expect(read.replace(/<[^>]*>/g, "")).toBe("3577014507900003");
});
