// What the recording tag library reports, made into records, each with what is wrong about the call. Pure.

import { apiNameOfTag } from './event-names.mjs';

// Partner data the real library would hash when it is plain (docs/wire-contract.md#tag); we pass finished hashes only.
const HASHED = ['em', 'fn', 'ln', 'ph', 'ge', 'db', 'ct', 'st', 'zp', 'country', 'external_id'];
const FINISHED = /^[0-9a-f]{64}$/;
const EMAIL = /[^\s@/?&=]+(@|%40)[^\s@/?&=]+\.[a-z]{2,}/i;

/**
 * @param {any} report  {page, location, referrer, calls: [{seq, command, name, data, partner, tag_id, ok, error}]}
 * @param {number} at   milliseconds
 * @returns {object[]}  the records, in the order of the calls
 * @throws {Error} when the report is none
 */
export function recordsOf(report, at) {
  if (!Array.isArray(report?.calls) || report.calls.some((call) => typeof call?.command !== 'string')) {
    throw new Error('calls: must be an array of calls, each with a command');
  }
  return report.calls.map((call) => {
    const record = {
      received_at_ms: at,
      command: call.command,
      name: call.name ?? null,
      api_name: call.command === 'track' ? apiNameOfTag(call.name) : null,
      event_id: eventId(call.data),
      data: call.data ?? null,
      partner: call.partner ?? {},
      tag_id: call.tag_id ?? null,
      location: String(report.location ?? ''),
      referrer: String(report.referrer ?? ''),
      page: String(report.page ?? ''),
      seq: call.seq ?? null,
      ok: call.ok === true,
      error: call.error ?? null,
    };
    return { ...record, faults: faultsOf(record) };
  });
}

// The three spellings Pinterest reads (docs/wire-contract.md#deduplication).
function eventId(data) {
  const id = data?.event_id ?? data?.eventID ?? data?.eid;
  return id === undefined || id === null || id === '' ? null : String(id);
}

function faultsOf(record) {
  const faults = [];
  const fault = (path, message) => faults.push({ path, message });
  if (record.error !== null) fault('', record.error);
  if (record.tag_id !== null && !/^\d{1,18}$/.test(record.tag_id)) fault('tag_id', 'not 1 to 18 digits');
  for (const key of HASHED) {
    const value = record.partner[key];
    if (value === undefined) continue;
    if (![value].flat().every((one) => FINISHED.test(one))) fault(`partner.${key}`, 'not a finished SHA-256 hash');
  }
  // The data of load and set is partner data already.
  const sent = ['page', 'track'].includes(record.command) ? record.data : null;
  for (const path of textsWithEmail(sent, 'data')) fault(path, 'holds an e-mail address');
  if (EMAIL.test(record.location)) fault('location', 'holds an e-mail address');
  if (record.command === 'track') {
    const { value, order_quantity: quantity } = record.data ?? {};
    if (record.event_id === null) fault('data.event_id', 'missing');
    if (value !== undefined && typeof value !== 'number') fault('data.value', 'not a number');
    if (quantity !== undefined && !Number.isInteger(quantity)) fault('data.order_quantity', 'not an integer');
  }
  return faults;
}

function textsWithEmail(value, path) {
  if (typeof value === 'string') return EMAIL.test(value) ? [path] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    textsWithEmail(inner, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`),
  );
}
