// Everything that a resident reads in the app, in both languages side by side.

import { asking } from "./words/asking";
import { enrol } from "./words/enrol";
import { rights } from "./words/rights";
import { session } from "./words/session";

export const words = { ...enrol, ...asking, ...session, ...rights };
