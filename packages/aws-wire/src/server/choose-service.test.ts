import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseService } from './choose-service.ts';

const services = ['route53', 'ec2'].map((name) => ({
  name,
  protocol: () => assert.fail('nobody asks for it'),
  handlers: {},
}));
const signed = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=a/20260101/r/${service}/aws4_request, SignedHeaders=host, Signature=a`;
const choose = (headers: Record<string, string>, url = '/') =>
  chooseService(services, { headers: { 'x-amz-date': '20260101T000000Z', ...headers }, url }).name;

test('a request is for the service that its signature names, in its header or presigned', () => {
  assert.equal(choose({ authorization: signed('ec2') }), 'ec2');
  const query =
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a/20260101/r/ec2/aws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=a';
  assert.equal(choose({}, `/?${query}`), 'ec2');
});

test('a request for no service that is there gets its refusal from the first one', () => {
  assert.equal(choose({ authorization: signed('iam') }), 'route53');
  assert.equal(choose({ authorization: 'Basic YTpi' }), 'route53');
  assert.equal(choose({}), 'route53');
});
