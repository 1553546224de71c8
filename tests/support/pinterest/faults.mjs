// Turns what ajv found wrong into faults a person can act on, worded the way Pinterest's own validator words them.
// Knows nothing of events: any schema, any body.

/**
 * @typedef {{path: string, message: string}} Fault  path like `data[0].custom_data.value`, '' for the whole body
 */

/**
 * Every distinct fault behind ajv's errors, in ajv's order. Branches of a failed anyOf are left out: only the choice
 * itself failed, and the branches would each complain about keys that are not wanted together.
 * @param {import('ajv').ErrorObject[]} errors  from an ajv with `verbose`, which names the alternatives of an anyOf
 * @param {unknown} body  the value that was checked; messages quote its scalars
 * @returns {Fault[]}
 */
export function faultsOf(errors, body) {
  const choices = errors.filter((error) => error.keyword === 'anyOf');
  const inBranch = (error) => choices.some((choice) => error.schemaPath.startsWith(`${choice.schemaPath}/`));
  const seen = new Set();
  const faults = [];
  for (const error of errors) {
    if (inBranch(error)) continue;
    const fault = { path: dotted(error.instancePath, body), message: worded(error, valueAt(body, error.instancePath)) };
    const key = `${fault.path}\n${fault.message}`;
    if (seen.has(key)) continue;
    seen.add(key);
    faults.push(fault);
  }
  return faults;
}

/** `path: message`, or the message alone for the whole body. */
export function faultLine(fault) {
  return fault.path === '' ? fault.message : `${fault.path}: ${fault.message}`;
}

function worded(error, value) {
  const { params } = error;
  switch (error.keyword) {
    case 'additionalProperties':
      return `Additional properties are not allowed ('${params.additionalProperty}' was unexpected)`;
    case 'required':
      return `'${params.missingProperty}' is a required property`;
    case 'type':
      return `${quoted(value)} is not of type ${[params.type]
        .flat()
        .map((type) => `'${type}'`)
        .join(', ')}`;
    case 'enum':
      return `${quoted(value)} is not one of ${JSON.stringify(params.allowedValues)}`;
    case 'pattern':
      return `${quoted(value)} does not match '${params.pattern}'`;
    case 'minItems':
    case 'minLength':
      return `${quoted(value)} is too short`;
    case 'maxItems':
    case 'maxLength':
      return `${quoted(value)} is too long`;
    case 'minimum':
      return `${quoted(value)} is less than the minimum of ${params.limit}`;
    case 'maximum':
      return `${quoted(value)} is greater than the maximum of ${params.limit}`;
    case 'anyOf':
      return `${quoted(value)} is not valid under any of the given schemas${alternatives(error.schema)}`;
    case 'not':
      return `${quoted(value)} is not allowed here`;
    default:
      return `${quoted(value)} ${error.message}`;
  }
}

function alternatives(branches) {
  const needed = branches.filter((branch) => branch.required).map((branch) => branch.required.join(' with '));
  return needed.length === 0 ? '' : `; it needs ${needed.join(', or ')}`;
}

function quoted(value) {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value !== null && typeof value === 'object') return `an object with ${Object.keys(value).join(', ') || 'no key'}`;
  const text = typeof value === 'string' ? `'${value}'` : String(value);
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}

function steps(pointer) {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function valueAt(body, pointer) {
  return steps(pointer).reduce((value, step) => value?.[step], body);
}

function dotted(pointer, body) {
  let path = '';
  let value = body;
  for (const step of steps(pointer)) {
    path += Array.isArray(value) ? `[${step}]` : `${path === '' ? '' : '.'}${step}`;
    value = value?.[step];
  }
  return path;
}
