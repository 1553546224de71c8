// The lists written down here against those that Pinterest's description gives as data.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { parse } from 'yaml';

import { API_NAMES } from '../support/pinterest/event-names.mjs';
import { openApiFile } from '../support/pinterest/schema.mjs';

const file = openApiFile();
const beside = { skip: file === null && 'not run: the OpenAPI description does not lie beside the checkout' };
const data = file === null ? null : parse(readFileSync(file, 'utf8'));
const own = JSON.parse(readFileSync(new URL('../support/pinterest/events.schema.json', import.meta.url), 'utf8')).$defs;

const keysOf = (definition, wanted) =>
  Object.entries(definition.properties)
    .filter(([, property]) => wanted(property))
    .map(([key]) => key)
    .sort();

test('the event names are those of the newest version known', beside, () => {
  assert.deepEqual([...API_NAMES].sort(), [...data['x-data']['event_names_5.28.0']].sort());
});

test('the hashed and the plain match keys are theirs', beside, () => {
  const hashed = (property) => property.$ref === '#/$defs/hashes';
  assert.deepEqual(keysOf(own.user_data, hashed), [...data['x-data'].user_data_sha256_arrays].sort());
  assert.deepEqual(
    keysOf(own.user_data, (property) => !hashed(property)),
    [...data['x-data'].user_data_plain_strings].sort(),
  );
});

test('the keys of an event, of custom_data and of an item are theirs', beside, () => {
  const event = data.components.schemas.ConversionEvents.properties.data.items;
  const all = () => true;
  assert.deepEqual(keysOf(own.event, all), keysOf(event, all));
  assert.deepEqual(keysOf(own.custom_data, all), keysOf(event.properties.custom_data, all));
  assert.deepEqual(keysOf(own.content, all), keysOf(event.properties.custom_data.properties.contents.items, all));
});

test('the keys and limits of app_info and device_info are theirs', beside, () => {
  const theirs = data.components.schemas;
  const limits = (definition) =>
    Object.entries(definition.properties).map(([key, given]) => {
      const property = given.$ref ? own[given.$ref.split('/').pop()] : given;
      return [key, property.enum, property.minimum, property.maximum, property.maxLength, property.maxItems];
    });
  assert.deepEqual(limits(own.app_info).sort(), limits(theirs.ConversionEventAppInfo).sort());
  assert.deepEqual(limits(own.device_info).sort(), limits(theirs.ConversionEventDeviceInfo).sort());
});
