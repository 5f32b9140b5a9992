import { expect, it } from 'vitest';
import { cloudAddress, isCloudAddress } from './address.ts';

it.each([
  ['live.example.com', 'https://live.example.com'],
  [' live.example.com:8443/ ', 'https://live.example.com:8443'],
  ['127.0.0.1:18080', 'http://127.0.0.1:18080'],
  ['localhost:8080', 'http://localhost:8080'],
  ['localhost.example', 'https://localhost.example'],
  ['[::1]:8080', 'http://[::1]:8080'],
  ['http://live.example.com/', 'http://live.example.com'],
  ['https://live.example.com', 'https://live.example.com'],
  ['', ''],
])('completes %j to %j', (typed, whole) => expect(cloudAddress(typed)).toBe(whole));

it('knows where no cloud can be', () => {
  for (const good of ['https://live.example.com', 'http://127.0.0.1:18080']) expect(isCloudAddress(good)).toBe(true);
  for (const bad of ['', 'https://', 'https://a b', 'ftp://x.y', 'https:///x']) expect(isCloudAddress(cloudAddress(bad))).toBe(false);
});
