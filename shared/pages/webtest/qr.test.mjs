// QR codes. The codes below, one of the greatest length of each version, were read back by an independent decoder
// when they were recorded; this keeps them as they were.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { qrCode } from '../assets/qr.js';

const rows = (modules, dark, light) => modules.map((row) => row.map((module) => (module ? dark : light)).join(''));

// [bytes, side, SHA-256 of the rows]
const RECORDED = [
  [14, 21, '70c87011c92cf91baab1a286ae4a326090ea221e90526494cfe2afd7742fa746'],
  [26, 25, '42c4c07df257a068a7ade263b238a01dc4aa28eedeb6bcfb2c09a3d0d72455cb'],
  [42, 29, '7fff4f2d1a0cb8401f6ab20f582fc5cc7ba5f7f24a6309ae6c3e1c925b089eec'],
  [62, 33, 'a2637a635a522376f068ea2958e1e30e6c1ce277266826b3def610ef7f5a6e2c'],
  [84, 37, '53a23694727e8c0667acbd1be1c1fbaf0d1782dd126cc3142d07effdca2a65fa'],
  [106, 41, '6a41d5767cfd3a946ad7e4cb3c6a5826282930bc7d612a91a5674cfdd8258044'],
  [122, 45, 'f77b10c80ddca574de244b46dd4570aff8d5ca6cb32dc2b89740feeb8c50237f'],
  [152, 49, 'b4eff8a4315d6d290762c845cbc42eded83fb0f7b43a7fbdbc8affb8265c23f7'],
  [180, 53, '3effbf4bf322e46feba1d5688ed5c6b2024c9a4f1658e204f5f07946aadbb439'],
  [213, 57, '60d3f8884a2532f50422d95cc3dacdeb3badc7c8a64a2f6be05e8c02bc1fa7c7'],
];

test('one code of each version', () => {
  for (const [length, side, hash] of RECORDED) {
    const modules = qrCode('https://send.example/d/#'.repeat(10).slice(0, length));
    assert.equal(modules.length, side);
    assert.equal(
      createHash('sha256')
        .update(rows(modules, '1', '0').join('\n'))
        .digest('hex'),
      hash,
    );
  }
});

test('a small code, to look at', () => {
  assert.deepEqual(rows(qrCode('SGRAPH SEND'), '#', '.'), [
    '#######..##.#.#######',
    '#.....#...##..#.....#',
    '#.###.#.#..##.#.###.#',
    '#.###.#.##.##.#.###.#',
    '#.###.#.#...#.#.###.#',
    '#.....#.#.##..#.....#',
    '#######.#.#.#.#######',
    '........##...........',
    '#.#####..#.#..#####..',
    '.#..#...#..##....##..',
    '.#.#..#...#.###..#.#.',
    '..#......#####.#.####',
    '#######.#.#.#..#.##..',
    '........##..##.##.##.',
    '#######....#.#.#...#.',
    '#.....#.###..#.#.####',
    '#.###.#.##.#...##.#.#',
    '#.###.#.#...####..#..',
    '#.###.#.###.#.#..##..',
    '#.....#...#.##.#.##..',
    '#######.#..##..#.###.',
  ]);
});

test('what is too long has no code', () => {
  assert.equal(qrCode('x'.repeat(214)), null);
});
