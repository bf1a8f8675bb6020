/** The end of a child workflow that may have gone on as new. */
import {
  CancellationScope,
  type ChildWorkflowHandle,
  getExternalWorkflowHandle,
  patched,
  type Workflow,
  type WorkflowResultType,
} from '@temporalio/workflow'

/**
 * Its result. A cancellation is sent to the one execution of the child that was started (SDK 1.24): a child that has
 * gone on as new since would never hear of it, so it is told by its name as well.
 */
export async function resultOf<T extends Workflow>(
  child: ChildWorkflowHandle<T>,
): Promise<WorkflowResultType<T>> {
  let ended = false
  const tell = async () => {
    if (ended || !patched('cancel by name')) return
    await CancellationScope.nonCancellable(() => getExternalWorkflowHandle(child.workflowId).cancel())
  }
  // One that has ended meanwhile needs no telling.
  CancellationScope.current().cancelRequested.catch(() => tell().catch(() => {}))
  try {
    return await child.result()
  } finally {
    ended = true
  }
}
