// The shape of a request body, checked twice: against the project's own strict schema, and against Pinterest's OpenAPI
// description where that file lies beside the checkout. Knows no clock and no HTTP.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import Ajv from 'ajv';
import { parse } from 'yaml';

import { faultsOf } from './faults.mjs';

const OWN_SCHEMA = new URL('./events.schema.json', import.meta.url);
const BESIDE_THE_CHECKOUT = new URL('../../../../shared/pinterest/conversions-openapi.yaml', import.meta.url);

/** Where Pinterest's description lies, or null when this checkout stands alone. */
export function openApiFile() {
  return existsSync(BESIDE_THE_CHECKOUT) ? fileURLToPath(BESIDE_THE_CHECKOUT) : null;
}

/**
 * One schema of an OpenAPI 3.0 file as a check. ajv honours `nullable` and keywords beside `$ref`, which the match-key
 * rule of ConversionEventsUserData needs.
 * @returns {(body: unknown) => import('./faults.mjs').Fault[]}
 */
export function openApiCheck(file, name) {
  const { components } = parse(readFileSync(file, 'utf8'));
  // validateFormats off: int64 says nothing that type integer does not.
  const ajv = new Ajv({ allErrors: true, validateFormats: false, verbose: true });
  ajv.addVocabulary(['components', 'example']);
  ajv.addSchema({ components }, 'openapi');
  return checkOf(ajv.compile({ $ref: `openapi#/components/schemas/${name}` }));
}

/** The project's own schema as a check. */
export function ownCheck() {
  const schema = JSON.parse(readFileSync(OWN_SCHEMA, 'utf8'));
  // A refusal needs every fault named, hence allErrors; a body is at most a few megabytes of our own making.
  return checkOf(new Ajv({ allErrors: true, allowUnionTypes: true, verbose: true }).compile(schema));
}

/**
 * Both checks in one; Pinterest's is left out when `file` is null.
 * @returns {(body: unknown) => import('./faults.mjs').Fault[]}  empty when neither finds a fault
 */
export function bodyCheck(file = openApiFile()) {
  const own = ownCheck();
  if (file === null) return own;
  const theirs = openApiCheck(file, 'ConversionEvents');
  return (body) => {
    const faults = own(body);
    // Their anyOf fails above a key that ours has named already; one fault is said once.
    const said = ({ path }) => faults.some((fault) => fault.path.startsWith(path));
    return faults.concat(theirs(body).filter((fault) => !said(fault)));
  };
}

function checkOf(validate) {
  return (body) => (validate(body) ? [] : faultsOf(validate.errors, body));
}
