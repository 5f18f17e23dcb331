import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How the process is doing. */
export interface RuntimeReading {
  readonly uptime_seconds: number;
  readonly memory: {
    readonly rss_bytes: number;
    readonly heap_used_bytes: number;
    readonly heap_total_bytes: number;
    readonly external_bytes: number;
  };
  /** How much later than planned the event loop came round, since the start. */
  readonly event_loop_delay: {
    readonly p50_ms: number;
    readonly p99_ms: number;
    readonly max_ms: number;
  };
}

/** Reads the process; `close` stops watching the event loop. */
export interface Runtime {
  read(): RuntimeReading;
  close(): void;
}

const RESOLUTION_MS = 10;

/** Watches the event loop until it is closed; it keeps no process alive. */
export function watchRuntime(): Runtime {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  // The histogram holds the time between two ticks, of which the planned part is no delay.
  const late = (ns: number) => (ns > 0 ? Math.max(0, Math.round(ns / 1000) / 1000 - RESOLUTION_MS) : 0);
  return {
    read() {
      const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
      const isEmpty = delay.count === 0;
      const event_loop_delay = {
        p50_ms: isEmpty ? 0 : late(delay.percentile(50)),
        p99_ms: isEmpty ? 0 : late(delay.percentile(99)),
        max_ms: isEmpty ? 0 : late(delay.max),
      };
      return {
        uptime_seconds: process.uptime(),
        memory: {
          rss_bytes: rss,
          heap_used_bytes: heapUsed,
          heap_total_bytes: heapTotal,
          external_bytes: external,
        },
        event_loop_delay,
      };
    },
    close: () => void delay.disable(),
  };
}
