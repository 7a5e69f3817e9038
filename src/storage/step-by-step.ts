import type { Tree, WholeFile } from './store.ts';

/** Stages a whole file, durably, where a store has no shorter way to do so. */
export async function stageStepByStep(
  tree: Pick<Tree, 'stage'>,
  id: string,
  { content, mode, modified }: WholeFile,
): Promise<void> {
  await using file = await tree.stage(id);
  if (mode !== undefined) await file.setMode(mode);
  if (content.length > 0) await file.write(content, 0);
  if (modified !== undefined) await file.setModified(modified);
  await file.sync();
}
