/** From which age on a person acts for their own chart, in years. */
export const YEARS_OF_AGE = 18;

/** The day on which somebody comes of age; who was born on 29 February does so on 1 March. */
export function ofAgeOn(dateOfBirth: string): string {
  const born = Temporal.PlainDate.from(dateOfBirth);
  const day = born.add({ years: YEARS_OF_AGE });
  return (day.day === born.day ? day : day.add({ days: 1 })).toString();
}
