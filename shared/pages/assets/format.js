// Numbers and times for people, as their language writes them.

import { language, t } from './language.js';

const SIZES = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];

/**
 * 1,234,567 → "1.2 MB"; steps of 1024, as file managers and our limits count. No line ends
 * between the number and its unit.
 * @param {number} count
 */
export function bytes(count) {
  let step = 0;
  let value = count;
  while (value >= 1024 && step < SIZES.length - 1) {
    value /= 1024;
    step++;
  }
  if (step === 0) return unbroken(inUnits(value, 'byte', { unitDisplay: 'long', useGrouping: false }));
  const maximumFractionDigits = value >= 100 || Number.isInteger(value) ? 0 : 1;
  return unbroken(inUnits(value, SIZES[step], { unitDisplay: 'short', maximumFractionDigits }).replace('kB', 'KB'));
}

const unbroken = (/** @type {string} */ text) => text.replaceAll(' ', '\u00a0');

export const speed = (/** @type {number} */ bytesPerSecond) => `${bytes(Math.round(bytesPerSecond))}/s`;

/**
 * Seconds as a rough length of time: "20 sec", "3 min", "2 hours", "5 days".
 * @param {number} seconds
 */
export function span(seconds) {
  const [count, unit] = rough(seconds);
  return inUnits(count, unit, { unitDisplay: unit === 'second' || unit === 'minute' ? 'short' : 'long' });
}

/**
 * @param {number} seconds
 * @returns {[count: number, unit: 'second' | 'minute' | 'hour' | 'day']}
 */
function rough(seconds) {
  if (seconds < 90) return [Math.max(1, Math.round(seconds)), 'second'];
  if (seconds < 90 * 60) return [Math.round(seconds / 60), 'minute'];
  if (seconds < 36 * 3600) return [Math.round(seconds / 3600), 'hour'];
  return [Math.round(seconds / 86400), 'day'];
}

/**
 * @param {number} value
 * @param {string} unit
 * @param {Intl.NumberFormatOptions} options
 */
const inUnits = (value, unit, options) => value.toLocaleString(language, { style: 'unit', unit, ...options });

export const number = (/** @type {number} */ count) => count.toLocaleString(language);

/**
 * A part of a whole: "42%". It is not all before it is.
 * @param {number} part from 0 to 1
 */
export const percent = (part) =>
  (Math.floor(part * 100) / 100).toLocaleString(language, { style: 'percent', maximumFractionDigits: 0 });

/**
 * @param {number} count
 * @param {string} noun
 */
export const plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? '' : 's'}`;

const DATES = language === 'en' ? 'en-GB' : language;

/**
 * A moment as date and time, with the zone left to the reader's own clock.
 * @param {Date} date
 */
export function moment(date) {
  return date.toLocaleString(DATES, {
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
export const clock = (date) => date.toLocaleTimeString(DATES, { hour: '2-digit', minute: '2-digit' });

const relative = new Intl.RelativeTimeFormat(language, { numeric: 'always' });

/**
 * "in 3 hours (Sun 1 Dec, 14:05)", which two lines part before the moment.
 * @param {Date} date
 */
export function until(date, now = new Date()) {
  const seconds = (date.getTime() - now.getTime()) / 1000;
  if (seconds <= 0) return t('expired {{moment}}', { moment: moment(date) });
  return t('{{span}} ({{moment}})', {
    span: relative.format(...rough(seconds)),
    moment: unbroken(moment(date)),
  });
}

/**
 * "3 hours ago"
 * @param {Date} date
 */
export function ago(date, now = new Date()) {
  const seconds = (now.getTime() - date.getTime()) / 1000;
  if (seconds < 90) return t('just now');
  const [count, unit] = rough(seconds);
  return relative.format(-count, unit);
}
