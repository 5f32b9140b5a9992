/** What a fault means and what to do about it. Pure. */
import type { FaultCode, FaultView, StageView, UplinkView } from '../../lib/ipc/backend.ts';
import { t, type Word } from '../../lib/text/words.ts';
import { advice } from './uplink.ts';

/** What a fault is about when nobody knows its name. */
const NAMES: Partial<Record<FaultView['source'], Word>> = {
  camera: 'fault.name_camera',
  microphone: 'fault.name_microphone',
  pipeline: 'fault.name_pipeline',
  encoder: 'fault.name_encoder',
};
/** A film that is shown goes on with its own sound. */
const WITH_FILM: Partial<Record<FaultCode, Word>> = {
  no_microphone: 'fault.no_microphone_film',
  microphone_lost: 'fault.microphone_lost_film',
};

/** There is nothing to add to these: who found them says the same again. */
const WHOLE: ReadonlySet<FaultCode> = new Set(['no_camera', 'no_microphone'] satisfies FaultCode[]);

export function faultWords(
  fault: FaultView,
  uplink: UplinkView,
  stage: StageView | null,
): { title: string; todo: string; /** In the words of who found it. */ cause: string | null } {
  const cause = fault.severity === 'info' || WHOLE.has(fault.code) ? null : fault.detail;
  // The line's figures change while the fault stands.
  if (fault.code === 'uplink_slow') return { ...advice(uplink), cause };
  const stand = NAMES[fault.source];
  const title = t(`fault.${fault.code}`, { name: fault.subject ?? (stand ? t(stand) : '') });
  const film = stage?.source.kind === 'file' ? WITH_FILM[fault.code] : undefined;
  return { title, todo: film ? t(film, { file: stage!.sourceName }) : t(`fault.${fault.code}_do`), cause };
}
