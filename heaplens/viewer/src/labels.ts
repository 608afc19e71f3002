// SPDX-License-Identifier: MIT
// What makes two lines of call stacks the same: their function, their source line or their module.
import type { Profile } from "./profile";

export type Grouping = "function" | "line" | "module";

/** A name that equal slots share. */
export interface Label {
  text: string;
  /** Where it is, if the grouping tells that apart: "parse.c:40". */
  place: string;
  module: string;
}

export class Labels {
  readonly all: Label[] = [];
  private readonly ids = new Map<string, number>();

  constructor(readonly grouping: Grouping) {}

  /** The label of each slot of a profile. */
  ofSlots(profile: Profile): Int32Array {
    const labels = new Int32Array(profile.slotCount);
    for (let slot = 0; slot < profile.slotCount; slot++) {
      labels[slot] = this.intern(profile, slot);
    }
    return labels;
  }

  private intern(profile: Profile, slot: number): number {
    const module = profile.slotModule(slot);
    let text = profile.slotText(slot);
    let place = "";
    if (this.grouping === "line") {
      place = profile.slotPlace(slot);
    } else if (this.grouping === "module") {
      text = module || "(no module)";
    }
    // Functions are the same if their names are: that is how the report for terminals adds them up.
    const key = `${text}\0${place}`;
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.all.length;
      this.all.push({ text, place, module });
      this.ids.set(key, id);
    }
    return id;
  }
}
