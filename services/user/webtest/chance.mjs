// Chance that can be repeated: a test says its seed when it fails.

/** The generator mulberry32: whole numbers below n. */
export function dice(seed) {
  return (n) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), seed | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

/** How often something is tried: as usual, or at night (shared/test/nightly). */
export const rounds = (usual, night) => (process.env.SEND_TEST_NIGHTLY === '1' ? night : usual);

/** Tries something again and again, with dice of a seed of its own each time. SEED repeats one. */
export async function again(times, task) {
  const given = process.env.SEED;
  for (let n = given ? 1 : times; n > 0; n--) {
    const seed = given ? Number(given) : Math.trunc(Math.random() * 2 ** 32);
    try {
      await task(dice(seed));
    } catch (error) {
      throw new Error(`SEED=${seed}: ${error.message}`, { cause: error });
    }
  }
}
