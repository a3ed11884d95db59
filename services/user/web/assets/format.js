// Numbers and times for people.

const SIZES = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** 1,234,567 → "1.2 MB"; steps of 1024, as file managers and our limits count. */
export function bytes(count) {
  let step = 0;
  let value = count;
  while (value >= 1024 && step < SIZES.length - 1) {
    value /= 1024;
    step++;
  }
  if (step === 0) return count === 1 ? '1 byte' : `${count} bytes`;
  const digits = value >= 100 || Number.isInteger(value) ? 0 : 1;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })} ${SIZES[step]}`;
}

export const speed = (bytesPerSecond) => `${bytes(Math.round(bytesPerSecond))}/s`;

/** Seconds as a rough length of time: "20 s", "3 min", "2 h", "5 days". */
export function span(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return plural(Math.round(seconds / 3600), 'hour');
  return plural(Math.round(seconds / 86400), 'day');
}

export const plural = (count, noun) => `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

/** A moment as date and time, with the zone left to the reader's own clock. */
export function moment(date) {
  return date.toLocaleString('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** "in 3 hours (Sun 1 Dec, 14:05)" */
export function until(date, now = new Date()) {
  const seconds = (date - now) / 1000;
  return seconds <= 0 ? `expired ${moment(date)}` : `in ${span(seconds)} (${moment(date)})`;
}
