// Numbers and times for people.

const SIZES = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/**
 * 1,234,567 → "1.2 MB"; steps of 1024, as file managers and our limits count.
 * @param {number} count
 */
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

export const speed = (/** @type {number} */ bytesPerSecond) => `${bytes(Math.round(bytesPerSecond))}/s`;

/**
 * Seconds as a rough length of time: "20 s", "3 min", "2 hours", "5 days".
 * @param {number} seconds
 */
export function span(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return plural(Math.round(seconds / 3600), 'hour');
  return plural(Math.round(seconds / 86400), 'day');
}

export const number = (/** @type {number} */ count) => count.toLocaleString('en');

/**
 * @param {number} count
 * @param {string} noun
 */
export const plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? '' : 's'}`;

/**
 * A moment as date and time, with the zone left to the reader's own clock.
 * @param {Date} date
 */
export function moment(date) {
  return date.toLocaleString('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: date.getFullYear() === new Date().getFullYear() ? undefined : 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/**
 * A moment as a field for day and time has it, by the reader's own clock: "2026-12-01T14:05"
 * @param {Date} date
 */
export function minute(date) {
  const two = (/** @type {number} */ part) => String(part).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/**
 * The time of a day: "14:05"
 * @param {Date} date
 */
export const clock = (date) => date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });

/**
 * "in 3 hours (Sun 1 Dec, 14:05)"
 * @param {Date} date
 */
export function until(date, now = new Date()) {
  const seconds = (date.getTime() - now.getTime()) / 1000;
  return seconds <= 0 ? `expired ${moment(date)}` : `in ${span(seconds)} (${moment(date)})`;
}

/**
 * "3 hours ago"
 * @param {Date} date
 */
export function ago(date, now = new Date()) {
  const seconds = (now.getTime() - date.getTime()) / 1000;
  return seconds < 90 ? 'just now' : `${span(seconds)} ago`;
}
