/** The names that positions refer to, as the module tells them. */
import { usageNames } from './books.js';
import type { Names } from './usage_value.js';

interface Told {
  service_tiers: string[];
  speeds: string[];
  inference_geos: string[];
  classes: string[];
  per: string[];
}

const positions = (names: readonly string[]): ReadonlyMap<unknown, number> =>
  new Map(names.map((name, index) => [name, index + 1]));

/** What the module tells of usage objects. */
export class UsageNames {
  /** Positions of service tiers, speeds and places, by name. */
  readonly positions: Names;
  readonly tiers: readonly string[];
  readonly geos: readonly string[];
  readonly classes: readonly string[];
  readonly per: readonly string[];

  constructor() {
    const told = JSON.parse(usageNames()) as Told;
    this.positions = [positions(told.service_tiers), positions(told.speeds), positions(told.inference_geos)];
    this.tiers = told.service_tiers;
    this.geos = told.inference_geos;
    this.classes = told.classes;
    this.per = told.per;
  }
}
