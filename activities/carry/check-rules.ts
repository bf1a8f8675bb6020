/** Rules of a plan file are refused when the plan is made: they are checked for SQLite sources. */
export const checkRules = async (): Promise<string[]> => []
