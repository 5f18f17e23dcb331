import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type DecodedSafetensors, decodeSafetensors } from '../../src/kernels/safetensors/decode.ts';
import type { TypedArray } from '../../src/kernels/safetensors/dtypes.ts';
import { encodeSafetensors } from '../../src/kernels/safetensors/encode.ts';

function file(header: string, data: number[] | Uint8Array = []): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

function faultsOf(decoded: DecodedSafetensors): string {
  assert.equal(decoded.ok, false);
  return decoded.ok ? '' : decoded.faults.join('; ');
}

function sample(): Record<string, TypedArray> {
  return {
    z: Float64Array.of(1.5, -2, Number.NaN, Number.POSITIVE_INFINITY),
    a: Uint8Array.of(1, 2, 3),
    '10': Int32Array.of(-7),
    '9': Float32Array.of(0.5, 0.25),
    big: BigInt64Array.of(-(2n ** 63n)),
    empty: new Uint16Array(0),
  };
}

test('what is written is read back, whatever the dtype, with its metadata', () => {
  const bytes = encodeSafetensors(
    { ...sample(), half: { data: Uint16Array.of(0x3c00, 0, 1, 2, 3, 4), shape: [3, 2], dtype: 'F16' } },
    { note: 'naïve "quoted" \u{1f4b6}', empty: '' },
  );
  const decoded = decodeSafetensors(bytes);
  assert(decoded.ok);
  assert.deepEqual(decoded.metadata, { note: 'naïve "quoted" \u{1f4b6}', empty: '' });
  for (const [name, data] of Object.entries(sample())) {
    assert.deepEqual(decoded.tensors[name].data, data);
    assert.deepEqual(decoded.tensors[name].shape, [data.length]);
  }
  assert.equal(decoded.tensors.half.dtype, 'F16');
  assert.deepEqual(decoded.tensors.half.shape, [3, 2]);
});

test('the same tensors give the same bytes in whatever order they are named', () => {
  const forward = encodeSafetensors(sample(), { a: '1', b: '2' });
  const backward = encodeSafetensors(Object.fromEntries(Object.entries(sample()).reverse()), {
    b: '2',
    a: '1',
  });
  assert.deepEqual(forward, backward);
});

test('every tensor of a written file is a view of it, also of shared memory', () => {
  const bytes = encodeSafetensors(sample());
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  for (const source of [bytes, shared]) {
    const decoded = decodeSafetensors(source);
    assert(decoded.ok);
    for (const tensor of Object.values(decoded.tensors)) assert.equal(tensor.data.buffer, source.buffer);
  }
});

test('a file that lies unaligned in its buffer is read by copying', () => {
  const bytes = encodeSafetensors(sample());
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  const decoded = decodeSafetensors(shifted.subarray(3));
  assert(decoded.ok);
  assert.deepEqual(decoded.tensors.z.data, sample().z);
  assert.notEqual(decoded.tensors.z.data.buffer, shifted.buffer);
  assert.equal(decoded.tensors.a.data.buffer, shifted.buffer);
});

test('names that are special in JavaScript are names like any other', () => {
  const tensors = JSON.parse('{"__proto__": 0, "constructor": 0, "toString": 0}') as Record<
    string,
    TypedArray
  >;
  for (const name of Object.keys(tensors)) tensors[name] = Uint8Array.of(1);
  const odd = Object.fromEntries(Object.keys(tensors).map((name) => [name, Uint8Array.of(7)]));
  const decoded = decodeSafetensors(encodeSafetensors(odd));
  assert(decoded.ok);
  assert.deepEqual(Object.keys(decoded.tensors).sort(), ['__proto__', 'constructor', 'toString']);
});

/** Written by the Python package safetensors 0.8.0: `save({'b': arange(3, f32), 'a': [[True, False]]}, {'k': 'v'})`. */
const REFERENCE =
  'kAAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJrIjoidiJ9LCJiIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlszXSwiZGF0YV9vZmZzZXRzIjpbMCwxMl19LCJhIjp7ImR0eXBlIjoiQk9PTCIsInNoYXBlIjpbMSwyXSwiZGF0YV9vZmZzZXRzIjpbMTIsMTRdfX0gICAgICAAAAAAAACAPwAAAEABAA==';

test('a file of the reference implementation is read', () => {
  const decoded = decodeSafetensors(Uint8Array.from(Buffer.from(REFERENCE, 'base64')));
  assert(decoded.ok);
  assert.deepEqual(decoded.metadata, { k: 'v' });
  assert.deepEqual(decoded.tensors.b, { dtype: 'F32', shape: [3], data: Float32Array.of(0, 1, 2) });
  assert.deepEqual(decoded.tensors.a, { dtype: 'BOOL', shape: [1, 2], data: Uint8Array.of(1, 0) });
});

const A = '"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}';
const MALFORMED: [string, Uint8Array, RegExp][] = [
  ['nothing', new Uint8Array(0), /fewer than/],
  ['seven bytes', new Uint8Array(7), /fewer than/],
  ['an empty header', new Uint8Array(8), /begin with/],
  ['a header beyond the limit', Uint8Array.of(1, 225, 245, 5, 0, 0, 0, 0, 0x7b), /too long/],
  ['an absurd header length', new Uint8Array(16).fill(255), /too long/],
  ['a header past the end', Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0x7b), /past the end/],
  ['a header that is an array', file('[]'), /begin with/],
  ['blanks before the header', file(' {}'), /begin with/],
  ['broken JSON', file(`{${A}`, [1, 2]), /not JSON/],
  ['bytes that are not UTF-8', Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22, 0xff, 0x22, 0x7d), /UTF-8/],
  [
    'a tensor named twice',
    file(`{${A},"\\u0061":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}}`, [1, 2]),
    /"a" twice/,
  ],
  [
    'a key given twice',
    file('{"a":{"dtype":"U8","dtype" :"U8","shape":[2],"data_offsets":[0,2]}}', [1, 2]),
    /twice/,
  ],
  ['trailing bytes', file(`{${A}}`, [1, 2, 3]), /has \d+ bytes/],
  ['missing bytes', file(`{${A}}`, [1]), /has \d+ bytes/],
  ['overlap', file(`{${A},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, [1, 2, 3]), /overlaps/],
  [
    'the same place twice',
    file(`{${A},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}`, [1, 2]),
    /overlaps/,
  ],
  ['a hole', file(`{${A},"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}`, [1, 2, 3, 4]), /hole/],
  ['a hole at the start', file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}', [1, 2]), /hole/],
  [
    'a wrong size',
    file('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', [1, 2, 3, 4]),
    /needs 8 bytes/,
  ],
  ['an unknown dtype', file('{"a":{"dtype":"F128","shape":[0],"data_offsets":[0,0]}}'), /unknown dtype/],
  [
    'a dtype of Object.prototype',
    file('{"a":{"dtype":"toString","shape":[0],"data_offsets":[0,0]}}'),
    /unknown dtype/,
  ],
  ['an unknown key', file('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":1}}'), /unknown key/],
  ['a tensor that is a list', file('{"a":[]}'), /not described/],
  ['a negative side', file('{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}}'), /no list of sizes/],
  ['a fractional side', file('{"a":{"dtype":"U8","shape":[0.5],"data_offsets":[0,0]}}'), /no list of sizes/],
  [
    'a shape that overflows',
    file('{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}'),
    /beyond/,
  ],
  ['offsets backwards', file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}', [1]), /data_offsets/],
  ['three offsets', file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}', [1]), /data_offsets/],
  ['no offsets', file('{"a":{"dtype":"U8","shape":[1]}}', [1]), /data_offsets/],
  ['metadata of numbers', file('{"__metadata__":{"a":1}}'), /__metadata__/],
  ['metadata that is null', file('{"__metadata__":null}'), /__metadata__/],
];

for (const [what, bytes, fault] of MALFORMED) {
  test(`refused with a fault: ${what}`, () => assert.match(faultsOf(decodeSafetensors(bytes)), fault));
}

test('faults are few and short however many there are', () => {
  const entries = Array.from({ length: 500 }, (_, i) => `"${'n'.repeat(500)}${i}":0`);
  const decoded = decodeSafetensors(file(`{${entries.join(',')}}`));
  assert.equal(decoded.ok, false);
  assert(!decoded.ok && decoded.faults.length <= 20 && decoded.faults.every((fault) => fault.length < 200));
});

test('an empty tensor shares its place, an empty file is a file, blanks may pad the header', () => {
  const shared = decodeSafetensors(
    file(`{${A},"b":{"dtype":"F64","shape":[0,3],"data_offsets":[0,0]}}`, [1, 2]),
  );
  assert(shared.ok);
  assert.deepEqual(shared.tensors.b.shape, [0, 3]);
  assert.deepEqual(decodeSafetensors(file('{}   ')), { ok: true, tensors: {}, metadata: {} });
  assert.deepEqual(decodeSafetensors(encodeSafetensors({})), { ok: true, tensors: {}, metadata: {} });
});

test('a header that nests or quotes without end is answered, not a stack overflow', () => {
  faultsOf(decodeSafetensors(file(`{"a":${'['.repeat(200_000)}`)));
  faultsOf(decodeSafetensors(file(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)));
  faultsOf(decodeSafetensors(file(`{"${'\\n'.repeat(1_000_000)}":0}`)));
});

test('no change of bytes makes the reader throw, and what it accepts is consistent', () => {
  const bytes = encodeSafetensors(sample(), { k: 'v' });
  const change = fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), fc.nat(bytes.length), (changes, cut) => {
      const damaged = bytes.slice();
      for (const { at, to } of changes) damaged[at] = to;
      for (const candidate of [damaged, damaged.subarray(0, cut)]) {
        const decoded = decodeSafetensors(candidate);
        if (!decoded.ok) assert(decoded.faults.length > 0);
        else {
          for (const { shape, data } of Object.values(decoded.tensors)) {
            assert.equal(
              shape.reduce((product, side) => product * side, 1),
              data.length,
            );
          }
        }
      }
    }),
    { seed: 1, numRuns: 3000 },
  );
});

test('no bytes at all make the reader throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.json(), (bytes, json) => {
      decodeSafetensors(bytes);
      decodeSafetensors(file(json, bytes));
      decodeSafetensors(file(`{"a":${json}}`, bytes));
    }),
    { seed: 2, numRuns: 1000 },
  );
});

test('a shape that does not fit its data is a mistake of the caller', () => {
  assert.throws(() => encodeSafetensors({ a: { data: new Uint8Array(3), shape: [2] } }));
  assert.throws(() => encodeSafetensors({ a: { data: new Uint8Array(2), shape: [2], dtype: 'F16' } }));
  assert.throws(() => encodeSafetensors({ __metadata__: new Uint8Array(2) }));
});
