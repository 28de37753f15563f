import type { Doctor, DoctorsService } from '#doctors';
import { hasRole, notFound, type UserActor } from '#kernel';
import { doctorMissing } from '../payments.errors.ts';

/**
 * Whose money it is about: a doctor's own, or that of the doctor whom an administrator names.
 * @throws not_found `doctor_not_found`; invalid `doctor_id_required`
 */
export async function payeeOf(doctors: DoctorsService, actor: UserActor, doctorId?: string): Promise<Doctor> {
  if (hasRole(actor, 'admin')) {
    if (!doctorId) throw doctorMissing();
    return doctors.byId(doctorId);
  }
  const own = await doctors.own(actor);
  if (doctorId && doctorId !== own.id) throw notFound('doctor');
  return own;
}
