// SPDX-License-Identifier: MIT
// One process, taken apart into *slots*: a slot is one line of a call stack, which is a frame of a
// location, or the location itself where it has no symbol. Slots of a location are innermost first.
import { FLAG_SAMPLED, NO_MODULE } from "./data";
import type { EstimateKey, Facts, ProcessData, SessionData, SiteKey } from "./data";

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function stacksOf({ modules, frames, locations, nodes }: ProcessData) {
  return { modules, frames, locations, nodes };
}

export class Profile {
  readonly facts: Facts;
  readonly data: ProcessData;
  readonly names: string[];
  readonly siteCount: number;
  readonly slotCount: number;
  /** First slot of each location, and one more. */
  readonly slotFirst: Int32Array;
  readonly slotLocation: Int32Array;
  /** Names; 0 where there is no symbol. */
  readonly slotFunction: Int32Array;
  readonly slotFile: Int32Array;
  readonly slotLine: Int32Array;
  private responsible: Int32Array | null = null;

  /** @param stacks whose call stacks the sites have; null: the process's own */
  constructor(session: SessionData, index: number, stacks: Profile | null) {
    const data = session.process(index);
    this.facts = session.processes[index]!;
    this.data = stacks === null ? data : { ...data, ...stacksOf(stacks.data) };
    this.names = stacks === null ? session.names : stacks.names;
    this.siteCount = this.data.sites.stack.length;
    const { frame_first: first, frame_count: counts } = this.data.locations;
    this.slotFirst = new Int32Array(counts.length + 1);
    for (let i = 0; i < counts.length; i++) {
      this.slotFirst[i + 1] = this.slotFirst[i]! + Math.max(1, counts[i]!);
    }
    this.slotCount = this.slotFirst[counts.length]!;
    this.slotLocation = new Int32Array(this.slotCount);
    this.slotFunction = new Int32Array(this.slotCount);
    this.slotFile = new Int32Array(this.slotCount);
    this.slotLine = new Int32Array(this.slotCount);
    const frames = this.data.frames;
    for (let i = 0; i < counts.length; i++) {
      const slot = this.slotFirst[i]!;
      this.slotLocation[slot] = i;
      for (let f = 0; f < counts[i]!; f++) {
        this.slotLocation[slot + f] = i;
        this.slotFunction[slot + f] = frames.function[first[i]! + f]!;
        this.slotFile[slot + f] = frames.file[first[i]! + f]!;
        this.slotLine[slot + f] = frames.line[first[i]! + f]!;
      }
    }
  }

  /** The figures of all sites in one column. */
  column(key: SiteKey): number[] {
    return this.data.sites[key];
  }

  functionName(slot: number): string {
    return this.names[this.slotFunction[slot]!]!;
  }

  /** The function, or where there is none the place in the file, as addr2line takes it. */
  slotText(slot: number): string {
    return this.functionName(slot) || this.placeInFile(this.slotLocation[slot]!);
  }

  private placeInFile(location: number): string {
    const address = BigInt(`0x${this.data.locations.address[location]!}`);
    if (address === 0n) {
      return "(outer frames were cut)";
    }
    const module = this.data.locations.module[location]!;
    if (module === NO_MODULE) {
      return `0x${address.toString(16)}`;
    }
    return `${this.moduleName(module)}+0x${BigInt.asUintN(64, address - BigInt(`0x${this.data.modules.bias[module]!}`)).toString(16)}`;
  }

  /** "parse.c:40", or "". */
  slotPlace(slot: number): string {
    const file = baseName(this.names[this.slotFile[slot]!]!);
    return file === "" ? "" : `${file}:${this.slotLine[slot]!}`;
  }

  /** The whole path of the source, with its line; or "". */
  slotPath(slot: number): string {
    const file = this.names[this.slotFile[slot]!]!;
    return file === "" ? "" : `${file}:${this.slotLine[slot]!}`;
  }

  /** "libc.so.6", or "" outside of every module. */
  slotModule(slot: number): string {
    const module = this.data.locations.module[this.slotLocation[slot]!]!;
    return module === NO_MODULE ? "" : this.moduleName(module);
  }

  private moduleName(module: number): string {
    return baseName(this.names[this.data.modules.path[module]!]!);
  }

  /** The slots of a node's stack, innermost first. */
  stackSlots(node: number): number[] {
    const { parent, location } = this.data.nodes;
    const slots: number[] = [];
    for (let at = node; at !== 0; at = parent[at]!) {
      for (let slot = this.slotFirst[location[at]!]!; slot < this.slotFirst[location[at]! + 1]!; slot++) {
        slots.push(slot);
      }
    }
    return slots;
  }

  /** The slot of the function that a site is the doing of; -1 if it has no stack. */
  responsibleSlot(site: number): number {
    this.responsible ??= Int32Array.from({ length: this.siteCount }, (_, each) => this.findResponsible(each));
    return this.responsible[site]!;
  }

  private findResponsible(site: number): number {
    const { responsible } = this.data;
    if (responsible !== undefined) {
      const location = responsible[2 * site]!;
      return location < 0 ? -1 : this.slotFirst[location]! + responsible[2 * site + 1]!;
    }
    const slots = this.stackSlots(this.column("stack")[site]!);
    return slots.find((slot) => this.slotFunction[slot] !== 0) ?? slots[0] ?? -1;
  }

  get isSampled(): boolean {
    return (this.facts.flags & FLAG_SAMPLED) !== 0;
  }

  /** Variances of the sites in a figure; null where it is exact. */
  variances(key: SiteKey): Float64Array | null {
    const { estimates } = this.data;
    if (!this.isSampled || !(key in estimates)) {
      return null;
    }
    const variances = new Float64Array(this.siteCount);
    estimates.site.forEach((site, i) => (variances[site] = estimates[key as EstimateKey][i]!));
    return variances;
  }

  /** Sum of a column over the sites. */
  sum(key: SiteKey): number {
    return this.column(key).reduce((sum, value) => sum + value, 0);
  }
}
