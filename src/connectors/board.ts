import type { ApiError } from '../contract/api-error.ts'
import type { Client } from '../contract/client.ts'
import type { Severity } from '../domain/severity.ts'

/**
 * A vendor of projects and tasks as the outbox sees it. Markers stand in descriptions. A create is one request that is
 * never repeated here: after an unclear answer only a look-up tells, and it may need `visibilityMs` to see.
 */
export interface Board {
  /** For how long after a request a project or task may stay invisible to look-ups, ms. */
  visibilityMs: number
  /** The project that carries the marker, made when a look-up finds none. */
  ensureProject(client: Client, draft: ProjectDraft): Promise<Result<BoardProject>>
  /** Every project with this marker, oldest first. Throws ApiError, also when the list was not seen whole. */
  findProjects(client: Client, marker: string): Promise<BoardProject[]>
  /** Puts a word before its description and takes it out of the way, unless there are tasks in it. Repeatable. */
  archiveProject(client: Client, projectId: string, word: string): Promise<Result<BoardProject>>
  createTask(client: Client, draft: TaskDraft): Promise<Result<BoardTask>>
  /** Every task with this marker, oldest first, wherever it was moved to. Throws like `findProjects`. */
  findTasks(client: Client, marker: string): Promise<BoardTask[]>
  /** Changes what the patch names and keeps everything else as it is at that moment. Repeatable. */
  updateTask(client: Client, taskId: string, patch: TaskPatch): Promise<Result<BoardTask>>
}

export type Result<T> = { ok: true; value: T } | { ok: false; error: ApiError }

export interface ProjectDraft {
  /** The vendor's customer id. */
  customerId: string
  name: string
  marker: string
}

export interface TaskDraft {
  projectId: string
  name: string
  /** Plain text; the marker is added to it. */
  description: string
  marker: string
  severity: Severity
  /** `YYYY-MM-DD` */
  dueDate?: string
  assigneeIds?: readonly string[]
}

/** Absent: stays as it is. */
export interface TaskPatch {
  name?: string
  description?: string
  done?: boolean
  severity?: Severity
  dueDate?: string | null
  assigneeIds?: readonly string[]
}

export interface BoardProject {
  vendorId: string
  name: string
  customerId: string | null
  description: string
  createdAt: number
}

export interface BoardTask {
  vendorId: string
  projectId: string | null
  name: string
  description: string
  /** The vendor's own word. */
  status: string
  done: boolean
  assigneeIds: string[]
  createdAt: number
  updatedAt: number | null
}
