import { expect, test } from 'vitest'

import { readAnyError } from './errors.ts'

const permission = 'Not authorized. Please ask account admin to update your group permissions.'

// Every shape of the ticketing vendor's contract, section 4, and of the managed detection vendor's, section 7.
test.each<[unknown, string | undefined]>([
  [
    '<html><head><title>400</title><style>p{}</style></head><body>Bad  Request</body></html>',
    '400 Bad Request',
  ],
  [{ message: ['Vendor is blank', 'Name is blank'] }, 'Vendor is blank, Name is blank'],
  [{ error: permission }, permission],
  [{ error: 'Unauthorized' }, 'Unauthorized'],
  [{ message: 'Not found' }, 'Not found'],
  [{ error: 'Asset not found' }, 'Asset not found'],
  ['', undefined],
  [{ error: 'Customer required field' }, 'Customer required field'],
  [{ success: false, message: ["Subject can't be blank"], params: { a: ['x'] } }, "Subject can't be blank"],
  [{ success: false, message: ["Subject can't be blank"] }, "Subject can't be blank"],
  [
    { errors: "Name can't be blank, Description can't be blank", params: {} },
    "Name can't be blank, Description can't be blank",
  ],
  [{ record: { id: 1, tags: ['vip'] }, errors: 'Email is not an email' }, 'Email is not an email'],
  [{ errors: { mute_for: ['is not included in the list'] } }, 'mute_for is not included in the list'],
  [{ success: false, errors: { appointments: { summary: ["can't be blank"] } } }, "summary can't be blank"],
  [{ field: ["can't be blank"] }, "field can't be blank"],
  [{ name: ["can't be blank"], customer: ['must exist'] }, "name can't be blank, customer must exist"],
  [{ error: ['Name is taken', 'Start is missing'] }, 'Name is taken, Start is missing'],
  [{ error: { code: 404, message: 'Not found' } }, 'Not found'],
  [{ error: 'Invalid API key' }, 'Invalid API key'],
  [{ message: 'Too many requests' }, 'Too many requests'],
  ['Service unavailable', 'Service unavailable'],
  ['<h1>502 Bad Gateway</h1><hr><center>nginx</center>', '502 Bad Gateway nginx'],
  [{ message: '', error: 'the other one speaks' }, 'the other one speaks'],
  [{ errors: [{ field: 'a', message: 'is odd' }, { message: 'is even' }] }, 'is odd, is even'],
  [{}, undefined],
  [null, undefined],
  [[], undefined],
  [42, undefined],
  [{ error: true, errors: [] }, undefined],
])('the message of %j', (body, message) => {
  expect(readAnyError(body).message).toBe(message)
})

test('code and request id are found where vendors put them', () => {
  expect(readAnyError({ error: { code: 'plan_limit', message: 'm', request_id: 'req_1' } })).toEqual({
    code: 'plan_limit',
    message: 'm',
    requestId: 'req_1',
  })
  expect(readAnyError({ error: { code: 401, message: 'm' } }).code).toBe('401')
  expect(readAnyError({ message: 'm', correlation_id: 'abc', code: 'x' })).toEqual({
    code: 'x',
    message: 'm',
    requestId: 'abc',
  })
})
