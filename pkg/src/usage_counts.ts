/** Takes the counts out of providers' usage objects, by the shapes that the module tells. */
import { usageShapes } from './core.js';

/** A field of a usage object that matters. */
type Field =
  | { name: string; kind: 'count'; slot: number }
  | { name: string; kind: 'name'; position: number }
  | { name: string; kind: 'object'; fields: readonly Field[] }
  | { name: string; kind: 'modalities'; slots: ReadonlyMap<unknown, number> }
  | { name: string; kind: 'parts' };

/** `[name, slot]`, `[name, "n", position]`, `[name, "m", {modality: slot}]`, `[name, "p"]` or `[name, [fields]]`. */
type Told = [string, number | 'n' | 'm' | 'p' | Told[], (number | Record<string, number>)?];

interface Shapes {
  apis: Record<string, Told[]>;
  service_tiers: string[];
  speeds: string[];
  inference_geos: string[];
  classes: string[];
  per: string[];
}

/** The most that a count may be. */
const MOST = 1_000_000_000_000;

/** Positions of tier, speed and place among the names of a usage object. */
const NAMED = 3;

function field([name, what, more]: Told): Field {
  if (typeof what === 'number') return { name, kind: 'count', slot: what };
  if (what === 'n') return { name, kind: 'name', position: Number(more) };
  if (what === 'm') return { name, kind: 'modalities', slots: new Map(Object.entries(more as Record<string, number>)) };
  if (what === 'p') return { name, kind: 'parts' };
  return { name, kind: 'object', fields: what.map(field) };
}

/** Positions of names in a list, from 1: 0 is one that is not said. */
const positions = (names: readonly string[]): ReadonlyMap<unknown, number> =>
  new Map(names.map((name, index) => [name, index + 1]));

/** What the module tells of usage objects. */
export class UsageShapes {
  readonly #apis: readonly (readonly Field[])[];
  /** Positions of service tiers, speeds and places, by name. */
  readonly names: readonly ReadonlyMap<unknown, number>[];
  readonly tiers: readonly string[];
  readonly geos: readonly string[];
  readonly classes: readonly string[];
  readonly per: readonly string[];

  constructor() {
    const shapes = JSON.parse(usageShapes()) as Shapes;
    this.#apis = Object.values(shapes.apis).map((told) => told.map(field));
    this.names = [positions(shapes.service_tiers), positions(shapes.speeds), positions(shapes.inference_geos)];
    this.tiers = shapes.service_tiers;
    this.geos = shapes.inference_geos;
    this.classes = shapes.classes;
    this.per = shapes.per;
  }

  /**
   * Writes the counts of a usage object, and gives the positions of the tier, speed and place that it names, in a byte
   * each; -1 where the object is to be asked as text: it has parts of its own, or something that no count and no name is.
   */
  take(api: number, usage: object, counts: Float64Array): number {
    counts.fill(NaN);
    const fields = this.#apis[api];
    return fields === undefined ? -1 : this.#take(fields, usage as Record<string, unknown>, counts);
  }

  #take(fields: readonly Field[], object: Record<string, unknown>, counts: Float64Array): number {
    let said = 0;
    for (const field of fields) {
      const value = object[field.name];
      if (value === undefined || value === null) continue;
      switch (field.kind) {
        case 'count':
          if (!isCount(value)) return -1;
          counts[field.slot] = value;
          break;
        case 'object': {
          if (typeof value !== 'object' || Array.isArray(value)) return -1;
          const inner = this.#take(field.fields, value as Record<string, unknown>, counts);
          if (inner < 0) return -1;
          said |= inner;
          break;
        }
        case 'name': {
          if (field.position >= NAMED) return -1;
          const position = this.names[field.position]?.get(value);
          if (position === undefined) return -1;
          said |= position << (8 * field.position);
          break;
        }
        case 'modalities':
          if (!byModality(value, field.slots, counts)) return -1;
          break;
        case 'parts':
          if (!Array.isArray(value) || value.length > 0) return -1;
          break;
      }
    }
    return said;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MOST && Number.isInteger(value);
}

function byModality(value: unknown, slots: ReadonlyMap<unknown, number>, counts: Float64Array): boolean {
  if (!Array.isArray(value)) return false;
  for (const item of value as readonly unknown[]) {
    if (typeof item !== 'object' || item === null) return false;
    const { modality, tokenCount } = item as { modality?: unknown; tokenCount?: unknown };
    const slot = slots.get(modality);
    if (slot === undefined || !isCount(tokenCount)) return false;
    const before = counts[slot] ?? NaN;
    counts[slot] = (Number.isNaN(before) ? 0 : before) + tokenCount;
  }
  return true;
}
