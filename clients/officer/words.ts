// Everything that an officer reads, in both languages side by side.

import { desk } from "./words/desk";
import { resident } from "./words/resident";
import { review } from "./words/review";

export const words = { ...desk, ...review, ...resident };
