/**
 * Names of the data exceptions (class 22) and integrity violations (class 23) that loading and finishing can
 * meet. Source: PostgreSQL manual, appendix A.
 */
const NAMES: Record<string, string> = {
  '22000': 'data_exception',
  '22001': 'string_data_right_truncation',
  '22003': 'numeric_value_out_of_range',
  '22004': 'null_value_not_allowed',
  '22007': 'invalid_datetime_format',
  '22008': 'datetime_field_overflow',
  '22009': 'invalid_time_zone_displacement_value',
  '22012': 'division_by_zero',
  '22021': 'character_not_in_repertoire',
  '22023': 'invalid_parameter_value',
  '22026': 'string_data_length_mismatch',
  '22030': 'duplicate_json_object_key_value',
  '22032': 'invalid_json_text',
  '22P01': 'floating_point_exception',
  '22P02': 'invalid_text_representation',
  '22P03': 'invalid_binary_representation',
  '22P04': 'bad_copy_file_format',
  '22P05': 'untranslatable_character',
  '23000': 'integrity_constraint_violation',
  '23001': 'restrict_violation',
  '23502': 'not_null_violation',
  '23503': 'foreign_key_violation',
  '23505': 'unique_violation',
  '23514': 'check_violation',
  '23P01': 'exclusion_violation',
}

/** `unique_violation (23505)`; the bare code where it has no name here. */
export function condition(sqlstate: string): string {
  const name = NAMES[sqlstate]
  return name ? `${name} (${sqlstate})` : `SQLSTATE ${sqlstate}`
}
