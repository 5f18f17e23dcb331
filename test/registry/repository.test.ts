import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { AppError, ErrorCode } from '../../src/errors.ts';
import { sha256 } from '../../src/lib/hash.ts';
import { writeSynced } from '../../src/registry/durable-files.ts';
import { withLock } from '../../src/registry/lock.ts';
import type { NewVersion } from '../../src/registry/repository.ts';
import { NOW, newDataDir, openToyRepository, TOY, toyVersion } from './models.ts';

function isRefusal(code: ErrorCode, pattern: RegExp): (error: AppError) => boolean {
  return (error) => {
    assert.equal(error.name, 'AppError', String(error.stack));
    assert.equal(error.row.code, code);
    assert.match(error.detail, pattern);
    return true;
  };
}

function folderOf(dataDir: string): string {
  return join(dataDir, 'models', TOY.name);
}

/** Every file under a model's folder with its content: the state that must not change. */
function snapshot(dataDir: string): Record<string, string> {
  const folder = folderOf(dataDir);
  if (!existsSync(folder)) return {};
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !join(entry.parentPath, entry.name).includes('/.tmp-'))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, readFileSync(path, 'base64')]),
  );
}

describe('repository', () => {
  it('is empty, and makes nothing, before the first save', async () => {
    const dataDir = newDataDir();
    const repository = openToyRepository(dataDir);
    assert.deepEqual(await repository.list(), []);
    assert.equal(await repository.active(TOY.name), null);
    await assert.rejects(repository.rollback(TOY.name), isRefusal('version_not_found', /No version/));
    await assert.rejects(repository.activate(TOY.name, '1.0.0'), isRefusal('version_not_found', /1\.0\.0/));
    assert.deepEqual(readdirSync(dataDir), []);
  });

  it('gives back what was saved, byte for byte', async () => {
    const dataDir = newDataDir();
    const repository = openToyRepository(dataDir);
    const version = toyVersion([1, Number.NaN, -0], {
      extraFiles: (id) => ({ 'report.txt': `fine, ${id}` }),
    });
    const manifest = await repository.save(version);
    assert.deepEqual(manifest, {
      model: TOY.name,
      version: '1.0.0',
      format: 1,
      created_at: new Date(NOW).toISOString(),
      ...version.facts,
      sha256: sha256(version.bytes),
      bytes: version.bytes.length,
      feature_fingerprint: 'fingerprint',
      node_version: process.version,
    });
    const stored = await repository.readArtifact(TOY.name, '1.0.0');
    assert.deepEqual(stored, { manifest, bytes: version.bytes });
    assert.equal(stored.bytes.byteOffset, 0);
    assert.deepEqual(await repository.readSummary(TOY.name, '1.0.0'), version.summary);
    assert.equal(readFileSync(join(folderOf(dataDir), '1.0.0', 'report.txt'), 'utf8'), 'fine, 1.0.0');
    assert.equal(statSync(folderOf(dataDir)).mode & 0o777, 0o700);
    assert.equal(statSync(join(folderOf(dataDir), '1.0.0', 'model.safetensors')).mode & 0o777, 0o600);
  });

  it('reads a file of many chunks', async () => {
    const repository = openToyRepository(newDataDir());
    const bytes = new Uint8Array(3_500_000).map((_, index) => index % 251);
    await repository.save(toyVersion([1], { bytes }));
    assert.deepEqual((await repository.readArtifact(TOY.name, '1.0.0')).bytes, bytes);
  });

  it('counts versions up, one count per format, and never gives an id twice', async () => {
    const dataDir = newDataDir();
    const repository = openToyRepository(dataDir);
    const ids = [];
    for (const format of [1, 1, 2, 1]) ids.push((await repository.save(toyVersion([1], { format }))).version);
    assert.deepEqual(ids, ['1.0.0', '1.1.0', '2.0.0', '1.2.0']);
    await repository.activate(TOY.name, '1.2.0');
    rmSync(join(folderOf(dataDir), '1.2.0'), { recursive: true });
    writeFileSync(join(folderOf(dataDir), '1.4.0'), 'not even a folder');
    assert.equal((await repository.save(toyVersion([1]))).version, '1.5.0');
    rmSync(join(folderOf(dataDir), '1.4.0'));
    rmSync(join(folderOf(dataDir), '1.5.0'), { recursive: true });
    assert.equal((await repository.save(toyVersion([1]))).version, '1.3.0');
  });

  it('lists by count, not by spelling, with what is active', async () => {
    const dataDir = newDataDir();
    const repository = openToyRepository(dataDir);
    for (let count = 0; count < 11; count++) await repository.save(toyVersion([count]));
    await repository.activate(TOY.name, '1.9.0');
    const rows = await repository.list();
    assert.deepEqual(
      rows.map((row) => row.version),
      Array.from({ length: 11 }, (_, count) => `1.${count}.0`),
    );
    assert.deepEqual(rows[9], {
      model: TOY.name,
      version: '1.9.0',
      active: true,
      created_at: new Date(NOW).toISOString(),
      rows: 10,
      metrics: { accuracy: 0.75 },
      status: 'ready',
      reason: null,
    });
    assert.equal(rows.filter((row) => row.active).length, 1);
    assert.deepEqual(await repository.list('amount_prediction'), []);
  });

  it('rolls back the way it came, and says when there is nothing left', async () => {
    const repository = openToyRepository(newDataDir());
    for (let count = 0; count < 3; count++) {
      const { version } = await repository.save(toyVersion([count]));
      await repository.activate(TOY.name, version);
      await repository.activate(TOY.name, version);
    }
    assert.equal(await repository.rollback(TOY.name), '1.1.0');
    assert.equal(await repository.active(TOY.name), '1.1.0');
    assert.equal(await repository.rollback(TOY.name), '1.0.0');
    await assert.rejects(repository.rollback(TOY.name), isRefusal('version_not_found', /before the current/));
    assert.equal(await repository.active(TOY.name), '1.0.0');
  });

  it('does not roll back to a version that is damaged', async () => {
    const dataDir = newDataDir();
    const repository = openToyRepository(dataDir);
    for (let count = 0; count < 2; count++) {
      await repository.activate(TOY.name, (await repository.save(toyVersion([count]))).version);
    }
    truncateSync(join(folderOf(dataDir), '1.0.0', 'model.safetensors'), 3);
    await assert.rejects(repository.rollback(TOY.name), isRefusal('artifact_invalid', /3 bytes instead/));
    assert.equal(await repository.active(TOY.name), '1.1.0');
  });

  it('refuses ids that are no versions, wherever they point', async () => {
    const repository = openToyRepository(newDataDir());
    await repository.save(toyVersion([1]));
    for (const id of ['', '..', '../category_prediction/1.0.0', '1.0.0/', '1.7.0', '1.0', '\0']) {
      for (const call of [repository.activate, repository.readArtifact, repository.readSummary]) {
        await assert.rejects(call(TOY.name, id), isRefusal('version_not_found', /There is no version/));
      }
    }
  });

  it('refuses what it must not write, as a fault of the program', async () => {
    const dataDir = newDataDir();
    const repository = openToyRepository(dataDir);
    const { facts } = toyVersion([1]);
    const wrongs: Partial<NewVersion>[] = [
      { extraFiles: () => ({ '../up': '' }) },
      { extraFiles: () => ({ 'manifest.json': '' }) },
      { facts: { ...facts, rows: -1 } },
      { format: -1 },
    ];
    for (const bad of wrongs) {
      await assert.rejects(repository.save(toyVersion([1], bad)), /assertion failed/);
    }
    await assert.rejects(repository.save(toyVersion([1], { summary: 1n })), TypeError);
    assert.deepEqual(await repository.list(), []);
  });

  it('gives every one of many savers a version of its own', async () => {
    const dataDir = newDataDir();
    const manifests = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        openToyRepository(dataDir).save(
          toyVersion([index], { extraFiles: (id) => ({ 'report.html': `report of ${id}` }) }),
        ),
      ),
    );
    assert.equal(new Set(manifests.map((manifest) => manifest.version)).size, 12);
    const repository = openToyRepository(dataDir);
    for (const manifest of manifests) {
      const { version } = manifest;
      assert.deepEqual((await repository.readArtifact(TOY.name, version)).manifest, manifest);
      const report = readFileSync(repository.path(TOY.name, version, 'report.html'), 'utf8');
      assert.equal(report, `report of ${version}`);
    }
    assert.deepEqual(
      readdirSync(folderOf(dataDir)).filter((name) => name.startsWith('.')),
      [],
    );
  });

  it('loses no activation when several processes save and activate at once', async () => {
    const dataDir = newDataDir();
    const program = `
      import { openToyRepository, toyVersion } from ${JSON.stringify(new URL('./models.ts', import.meta.url).href)};
      const repository = openToyRepository(${JSON.stringify(dataDir)});
      for (let i = 0; i < 6; i++) {
        const { version } = await repository.save(toyVersion([i]));
        await repository.activate('category_prediction', version);
      }`;
    const children = [0, 1].map(() =>
      spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' }),
    );
    const codes = await Promise.all(children.map((child) => once(child, 'close')));
    assert.deepEqual(
      codes.map(([code]) => code),
      [0, 0],
    );
    const repository = openToyRepository(dataDir);
    assert.equal((await repository.list()).length, 12);
    const seen = new Set([await repository.active(TOY.name)]);
    for (let step = 0; step < 11; step++) seen.add(await repository.rollback(TOY.name));
    assert.equal(seen.size, 12);
  });
});

describe('a version of another format', () => {
  it('is listed as incompatible and neither read nor activated', async () => {
    const dataDir = newDataDir();
    await openToyRepository(dataDir).save(toyVersion([1]));
    for (const [options, pattern] of [
      [{ formats: { category_prediction: 2 } }, /another format: 1, and this program reads 2/],
      [{ formats: {} }, /no such model/],
      [{ featureFingerprint: 'later' }, /features are fingerprint, and this program computes later/],
    ] as const) {
      const repository = openToyRepository(dataDir, options);
      const [row] = await repository.list();
      assert.equal(row.status, 'incompatible');
      assert.match(row.reason ?? '', pattern);
      await assert.rejects(
        repository.readArtifact(TOY.name, '1.0.0'),
        isRefusal('artifact_invalid', pattern),
      );
      await assert.rejects(repository.activate(TOY.name, '1.0.0'), isRefusal('artifact_invalid', pattern));
      assert.equal(await repository.active(TOY.name), null);
    }
  });
});

/** Permissions do not bind root, which therefore steps down for the length of `work`. */
async function asOrdinaryUser(work: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe('a damaged version', () => {
  const DAMAGES: readonly {
    name: string;
    damage: (folder: string) => void;
    fault: RegExp;
  }[] = [
    {
      name: 'a truncated model',
      damage: (folder) => truncateSync(join(folder, 'model.safetensors'), 5),
      fault: /model\.safetensors has 5 bytes instead of/,
    },
    {
      name: 'an empty model',
      damage: (folder) => truncateSync(join(folder, 'model.safetensors'), 0),
      fault: /has 0 bytes/,
    },
    {
      name: 'one flipped bit',
      damage: (folder) => {
        const path = join(folder, 'model.safetensors');
        const bytes = readFileSync(path);
        bytes[7] ^= 1;
        writeFileSync(path, bytes);
      },
      fault: /does not match its SHA-256/,
    },
    {
      name: 'no model',
      damage: (folder) => rmSync(join(folder, 'model.safetensors')),
      fault: /model\.safetensors is missing/,
    },
    {
      name: 'a directory instead of the model',
      damage: (folder) => {
        rmSync(join(folder, 'model.safetensors'));
        mkdirSync(join(folder, 'model.safetensors'));
      },
      fault: /is not a file/,
    },
    {
      name: 'a pipe instead of the model',
      damage: (folder) => {
        rmSync(join(folder, 'model.safetensors'));
        spawnSync('mkfifo', [join(folder, 'model.safetensors')]);
      },
      fault: /is not a file|is missing/,
    },
    {
      name: 'no manifest',
      damage: (folder) => rmSync(join(folder, 'manifest.json')),
      fault: /manifest\.json is missing/,
    },
    {
      name: 'an empty manifest',
      damage: (folder) => truncateSync(join(folder, 'manifest.json'), 0),
      fault: /manifest\.json is not right: it is not JSON/,
    },
    {
      name: 'half a manifest',
      damage: (folder) => truncateSync(join(folder, 'manifest.json'), 100),
      fault: /not JSON/,
    },
    {
      name: 'a manifest of wrong values',
      damage: (folder) => writeFileSync(join(folder, 'manifest.json'), '{"model": 5}'),
      fault: /model must be one of/,
    },
    {
      name: 'a directory instead of the manifest',
      damage: (folder) => {
        rmSync(join(folder, 'manifest.json'));
        mkdirSync(join(folder, 'manifest.json'));
      },
      fault: /manifest\.json is not a file/,
    },
    {
      name: 'a huge manifest',
      damage: (folder) => truncateSync(join(folder, 'manifest.json'), 17 << 20),
      fault: /is larger than/,
    },
    {
      name: 'the manifest of another version',
      damage: (folder) =>
        writeFileSync(
          join(folder, 'manifest.json'),
          readFileSync(join(folder, '..', '1.1.0', 'manifest.json')),
        ),
      fault: /its manifest\.json is that of category_prediction 1\.1\.0/,
    },
    {
      name: 'a file instead of its folder',
      damage: (folder) => {
        rmSync(folder, { recursive: true });
        writeFileSync(folder, '');
      },
      fault: /under something that is not a directory/,
    },
  ];

  for (const { name, damage, fault } of DAMAGES) {
    it(`is refused with a reason: ${name}`, async () => {
      const dataDir = newDataDir();
      const repository = openToyRepository(dataDir);
      for (let count = 0; count < 2; count++) await repository.save(toyVersion([count]));
      damage(join(folderOf(dataDir), '1.0.0'));
      for (const call of [repository.readArtifact, repository.activate]) {
        await assert.rejects(call(TOY.name, '1.0.0'), isRefusal('artifact_invalid', fault));
      }
      const [row, sound] = await repository.list();
      assert.equal(row.status, 'broken');
      assert.match(row.reason ?? '', fault);
      assert.equal(sound.status, 'ready');
    });
  }

  it('is refused with a reason: files this user may not read', async () => {
    const dataDir = newDataDir();
    const repository = openToyRepository(dataDir);
    await repository.save(toyVersion([1]));
    const folder = join(folderOf(dataDir), '1.0.0');
    for (const path of [dataDir, join(dataDir, 'models'), folderOf(dataDir), folder]) chmodSync(path, 0o755);
    for (const file of ['manifest.json', 'model.safetensors']) {
      if (file === 'model.safetensors') chmodSync(join(folder, 'manifest.json'), 0o644);
      chmodSync(join(folder, file), 0o000);
      await asOrdinaryUser(() =>
        assert.rejects(
          repository.readArtifact(TOY.name, '1.0.0'),
          isRefusal('artifact_invalid', new RegExp(`${file} may not be read`)),
        ),
      );
    }
  });

  it('says so when only its summary is damaged, and serves all the same', async () => {
    const dataDir = newDataDir();
    const repository = openToyRepository(dataDir);
    await repository.save(toyVersion([1]));
    writeFileSync(join(folderOf(dataDir), '1.0.0', 'training_summary.json'), '{');
    await assert.rejects(
      repository.readSummary(TOY.name, '1.0.0'),
      isRefusal('artifact_invalid', /training_summary\.json is not JSON/),
    );
    await repository.readArtifact(TOY.name, '1.0.0');
  });
});

describe('a damaged active.json', () => {
  for (const [name, content] of [
    ['empty', ''],
    ['cut', '{"version": "1.0'],
    ['pointing elsewhere', '{"version": "../../x", "activated_at": "", "history": []}'],
    ['a directory', null],
  ] as const) {
    it(`is named, hides no version, and is repaired by activating anew: ${name}`, async () => {
      const dataDir = newDataDir();
      const repository = openToyRepository(dataDir);
      await repository.save(toyVersion([1]));
      const path = join(folderOf(dataDir), 'active.json');
      if (content === null) mkdirSync(path);
      else writeFileSync(path, content);
      const isNamed = isRefusal('artifact_invalid', /active\.json (is damaged|is not a file)/);
      await assert.rejects(repository.active(TOY.name), isNamed);
      await assert.rejects(repository.rollback(TOY.name), isNamed);
      assert.equal((await repository.list()).length, 1);
      if (content === null) {
        await assert.rejects(
          repository.activate(TOY.name, '1.0.0'),
          isRefusal('store_unavailable', /is a directory. Nothing was changed/),
        );
        rmSync(path, { recursive: true });
      }
      await repository.activate(TOY.name, '1.0.0');
      assert.equal(await repository.active(TOY.name), '1.0.0');
    });
  }
});

describe('an interrupted change', () => {
  async function prepared(): Promise<string> {
    const dataDir = newDataDir();
    const repository = openToyRepository(dataDir);
    for (let count = 0; count < 2; count++) await repository.save(toyVersion([count]));
    await repository.activate(TOY.name, '1.0.0');
    return dataDir;
  }

  it('leaves the old state and no debris when the disk is full, whichever file does not fit', async () => {
    const dataDir = await prepared();
    const old = snapshot(dataDir);
    for (let failing = 1; failing <= 3; failing++) {
      let written = 0;
      const full = openToyRepository(dataDir, {
        write: async (path, content) => {
          if (++written < failing) return writeSynced(path, content);
          // What a full disk does: some bytes arrive, then an error.
          await writeSynced(path, content.slice(0, 4));
          throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
        },
      });
      await assert.rejects(
        full.save(toyVersion([9])),
        isRefusal('store_unavailable', /the disk is full\. Nothing was changed/),
      );
      assert.deepEqual(snapshot(dataDir), old);
    }
    const full = openToyRepository(dataDir, { write: (_path, content) => writeFile('/dev/full', content) });
    await assert.rejects(full.activate(TOY.name, '1.1.0'), isRefusal('store_unavailable', /active\.json/));
    assert.deepEqual(snapshot(dataDir), old);
    assert.deepEqual(
      readdirSync(folderOf(dataDir)).filter((name) => name.startsWith('.')),
      [],
    );
    assert.equal((await openToyRepository(dataDir).save(toyVersion([9]))).version, '1.2.0');
  });

  it('leaves the old state when the process is killed, whenever that is', async () => {
    for (const [call, writes] of [
      ["save(toyVersion([9], { extraFiles: () => ({ 'a.txt': 'a' }) }))", 4],
      ["activate('category_prediction', '1.1.0')", 1],
    ] as const) {
      for (let fatal = 1; fatal <= writes; fatal++) {
        const dataDir = await prepared();
        const old = snapshot(dataDir);
        const program = `
          import { writeSynced } from ${JSON.stringify(new URL('../../src/registry/durable-files.ts', import.meta.url).href)};
          import { openToyRepository, toyVersion } from ${JSON.stringify(new URL('./models.ts', import.meta.url).href)};
          let written = 0;
          const repository = openToyRepository(${JSON.stringify(dataDir)}, {
            write: async (path, content) => {
              await writeSynced(path, content);
              if (++written === ${fatal}) process.kill(process.pid, 'SIGKILL');
            },
          });
          await repository.${call};`;
        const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
        assert.deepEqual(await once(child, 'close'), [null, 'SIGKILL']);
        rmSync(join(folderOf(dataDir), '.lock'), { force: true });
        assert.deepEqual(snapshot(dataDir), old);
        const repository = openToyRepository(dataDir);
        assert.equal(await repository.active(TOY.name), '1.0.0');
        assert.equal((await repository.list()).length, 2);
        assert.equal((await repository.save(toyVersion([9]))).version, '1.2.0');
        await repository.activate(TOY.name, '1.2.0');
      }
    }
  });

  it('is tidied up by a later save once it is certainly dead, and not before', async () => {
    const dataDir = await prepared();
    const [dead, alive] = ['.tmp-dead', '.tmp-alive'].map((name) => join(folderOf(dataDir), name));
    for (const path of [dead, alive]) mkdirSync(path);
    utimesSync(dead, NOW / 1000 - 7200, NOW / 1000 - 7200);
    await openToyRepository(dataDir).save(toyVersion([1]));
    assert.ok(!existsSync(dead));
    assert.ok(existsSync(alive));
  });

  it('is named when a file stands where the models should be', async () => {
    const dataDir = newDataDir();
    writeFileSync(join(dataDir, 'models'), '');
    const repository = openToyRepository(dataDir);
    await assert.rejects(
      repository.save(toyVersion([1])),
      isRefusal('store_unavailable', /Nothing was changed/),
    );
    await assert.rejects(repository.list(), isRefusal('store_unavailable', /not a directory/));
  });
});

describe('lock', () => {
  it('lets one at a time work, and the next one when the first has failed', async () => {
    const path = join(newDataDir(), 'lock');
    let inside = 0;
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, (_, index) =>
        withLock(path, async () => {
          assert.equal(++inside, 1);
          await new Promise((resolve) => setImmediate(resolve));
          inside--;
          if (index === 0) throw new Error('failed');
        }),
      ),
    );
    assert.equal(results.filter((result) => result.status === 'rejected').length, 1);
    assert.ok(!existsSync(path));
  });

  it('is taken from a process that died with it', async () => {
    const path = join(newDataDir(), 'lock');
    writeFileSync(path, '');
    utimesSync(path, 1, 1);
    assert.equal(await withLock(path, async () => 5), 5);
    assert.ok(!existsSync(path));
  });

  it('says why when it cannot be made', async () => {
    await assert.rejects(
      withLock(join(newDataDir(), 'no', 'lock'), async () => 5),
      /ENOENT/,
    );
  });
});
