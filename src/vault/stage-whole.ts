import type { Tree, WholeFile } from '../storage/store.ts';

/** Stages all of a small file, durably. @throws Failure: then it may be there in part */
export async function stageWhole(
  tree: Pick<Tree, 'stage' | 'stageWhole'>,
  id: string,
  file: WholeFile,
): Promise<void> {
  await (tree.stageWhole?.(id, file) ?? stageStepByStep(tree, id, file));
}

async function stageStepByStep(
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
