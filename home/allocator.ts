/**
 * How a worker's process asks the system for memory (glibc's mallopt(3); others do not read it): few arenas, and
 * what was large goes back at once. A thread for each job is what fragments: after five small runs a worker had 571 MB,
 * with two arenas 397, with early trimming 290.
 */
export const ALLOCATOR = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_TRIM_THRESHOLD_: '1048576',
  MALLOC_MMAP_THRESHOLD_: '1048576',
} as const
