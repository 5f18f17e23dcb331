import type { Clock } from '../lib/clock.ts';
import {
  countDuration,
  createDurationCounts,
  createLatencyWindow,
  type DurationCounts,
  type LatencyWindow,
} from './durations.ts';

/** What was counted of one route. */
export interface RouteTraffic {
  readonly method: string;
  /** Its template, never a path. */
  readonly route: string;
  /** Registry name of the model that answers there; null where none does. */
  readonly model: string | null;
  readonly byStatus: ReadonlyMap<number, DurationCounts>;
  readonly latency: LatencyWindow;
  /** Counts one reply that took so long from the request's first header to the reply's last byte. */
  observe(status: number, ms: number): void;
}

/** Requests by route. */
export interface Traffic {
  /** The counter of one route, made when the API is built; asking again gives the same one. */
  route(method: string, route: string, model?: string): RouteTraffic;
  /** In the order in which they were made. */
  routes(): Iterable<RouteTraffic>;
  /** Requests that are being answered now. */
  inFlight: number;
}

/** What is asked of no route is counted here: methods and paths that clients make up are no closed set. */
export const UNMATCHED = { method: 'other', route: 'unmatched' } as const;

export function createTraffic(clock: Clock): Traffic {
  const routes = new Map<string, RouteTraffic>();
  return {
    inFlight: 0,
    routes: () => routes.values(),
    route(method, route, model) {
      const key = `${method} ${route}`;
      const known = routes.get(key);
      if (known !== undefined) return known;
      const made = createRouteTraffic(clock, method, route, model ?? null);
      routes.set(key, made);
      return made;
    },
  };
}

function createRouteTraffic(clock: Clock, method: string, route: string, model: string | null): RouteTraffic {
  const byStatus = new Map<number, DurationCounts>();
  const latency = createLatencyWindow(clock);
  return {
    method,
    route,
    model,
    byStatus,
    latency,
    observe(status, ms) {
      let counts = byStatus.get(status);
      if (counts === undefined) {
        counts = createDurationCounts();
        byStatus.set(status, counts);
      }
      countDuration(counts, ms / 1000);
      latency.observe(ms);
    },
  };
}
