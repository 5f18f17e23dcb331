/** THE table of benchmarks; a new one is a row here and a file beside this one. */
const BENCHES: readonly {
  name: string;
  does: string;
  run: (args: readonly string[]) => Promise<void>;
}[] = [
  {
    name: 'explain',
    does: 'exact contributions to a category forest of real size, against the shap package [--python PATH] [--data FOLDER]',
    run: async (args) => (await import('./explain.ts')).benchExplain(args),
  },
  {
    name: 'kernels',
    does: 'random forest against scikit-learn: training, single rows, batches, size, accuracy [--python PATH] [--repeats N]',
    run: async (args) => (await import('./kernels.ts')).benchKernels(args),
  },
  {
    name: 'limits',
    does: 'what a rate limit costs a request, and how replies fare while Redis is killed, frozen and back',
    run: async () => (await import('./limits.ts')).benchLimits(),
  },
  {
    name: 'http',
    does: '100 parallel clients against a server, and whether /models/performance agrees with them [--seconds N]',
    run: async (args) => (await import('./http/main.ts')).benchHttp(args),
  },
];

const [name, ...args] = process.argv.slice(2);
const bench = BENCHES.find((row) => row.name === name);
if (bench !== undefined) {
  await bench.run(args);
} else {
  const isHelp = name === undefined || name === '--help' || name === '-h';
  const lines = [
    ...(isHelp ? [] : [`No benchmark is called ${name}.`]),
    'npm run bench NAME [-- OPTIONS]',
    ...BENCHES.map((row) => `  ${row.name.padEnd(10)} ${row.does}`),
  ];
  (isHelp ? console.log : console.error)(lines.join('\n'));
  process.exitCode = isHelp ? 0 : 2;
}
