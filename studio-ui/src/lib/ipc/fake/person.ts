/** Who sits before the fake studio, and what stands on their table. */
import type { Schemas } from '@vitrine/client';
import type { DemoHint, Devices, Quality, Role, Session, StageView } from '../backend.ts';
import { ORG, SECOND_ORG, SHOW } from './seed.ts';

type Permission = Schemas['Permission'];

export const HOST = { id: '0199f0a0-0000-7000-8000-0000000000c1', name: 'Lena Vogt' };
export const MODERATOR = { id: '0199f0a0-0000-7000-8000-0000000000c2', name: 'Tom Ruiz' };
const CLOUD = 'http://127.0.0.1:8080';

export const DEMO: DemoHint = {
  cloudUrl: CLOUD,
  showId: SHOW,
  signIns: [
    { role: 'owner', email: 'owner@demo.example', password: 'demo-owner-password' },
    { role: 'host', email: 'host@demo.example', password: 'demo-host-password' },
    { role: 'moderator', email: 'mod@demo.example', password: 'demo-mod-password' },
  ],
};

const OF_AN_ANALYST: Permission[] = ['view_organization', 'view_catalog', 'view_orders', 'view_shows', 'view_timeline', 'view_health', 'view_chat'];
const OF_A_MODERATOR: Permission[] = [
  'view_organization', 'view_catalog', 'view_shows', 'view_health', 'view_chat', 'speak_in_chat', 'moderate_chat',
];
const OF_A_HOST: Permission[] = [
  ...OF_A_MODERATOR, 'edit_catalog', 'import_catalog', 'manage_stock', 'edit_coupons', 'view_orders', 'record_orders', 'refund_orders',
  'view_timeline', 'edit_shows', 'run_shows', 'manage_publish_keys', 'highlight',
];
const OF_AN_ADMIN: Permission[] = [
  ...OF_A_HOST, 'edit_organization', 'manage_members', 'manage_roles', 'manage_api_keys', 'view_audit', 'manage_jobs',
  'view_plan', 'manage_webhooks',
];
const OF_AN_OWNER: Permission[] = [...OF_AN_ADMIN, 'manage_plan', 'transfer_ownership', 'export_organization', 'delete_organization'];

/** What each role lets people do, as the cloud has it. */
export const BUILTIN: Schemas['BuiltinRole'][] = [
  { role: 'owner', permissions: OF_AN_OWNER },
  { role: 'admin', permissions: OF_AN_ADMIN },
  { role: 'host', permissions: OF_A_HOST },
  { role: 'moderator', permissions: OF_A_MODERATOR },
  { role: 'analyst', permissions: OF_AN_ANALYST },
];

export const permissionsOf = (role: Role): Permission[] => BUILTIN.find((one) => one.role === role)?.permissions ?? [];

export function sessionOf(role: Role, remembered: boolean, second = false): Session {
  const moderator = role === 'moderator';
  const place = { role, roleName: '', permissions: permissionsOf(role) };
  return {
    cloudUrl: CLOUD,
    user: { ...(moderator ? MODERATOR : HOST), email: `${moderator ? 'mod' : role}@demo.example` },
    organizations: [
      { id: ORG, name: 'Maison Demo', slug: 'demo', ...place },
      ...(second ? [{ id: SECOND_ORG, name: 'Atelier Nord', slug: 'nord', ...place }] : []),
    ],
    remembered,
    lapsed: false,
  };
}

export function devicesOf(camera: boolean): Devices {
  const cameras = [
    { id: 'cam-1', name: 'Studio camera', isDefault: true },
    { id: 'cam-2', name: 'Integrated webcam', isDefault: false },
  ];
  const microphones = [
    { id: 'mic-1', name: 'Lavalier', isDefault: true },
    { id: 'mic-2', name: 'Built-in microphone', isDefault: false },
  ];
  return { cameras: camera ? cameras : [], microphones };
}

/** Width, height, and pictures in a second. */
export const SIZES: Record<Quality, [number, number, number]> = {
  p360: [640, 360, 15],
  p540: [960, 540, 30],
  p720: [1280, 720, 30],
};

/** The stage as it starts: the first camera, else the still. */
export function stageOf({ cameras, microphones }: Devices): StageView {
  const camera = cameras[0];
  return {
    source: camera ? { kind: 'camera', id: camera.id } : { kind: 'still' },
    sourceName: camera?.name ?? '',
    showing: camera ? 'source' : 'still',
    microphone: microphones[0]?.id ?? null,
    microphoneName: microphones[0]?.name ?? null,
    muted: false,
    quality: 'p720',
    width: 1280,
    height: 720,
    fps: 30,
    lowerThird: { choice: { kind: 'follow_pin' }, showing: null },
    soundOffsetMs: 0,
  };
}
