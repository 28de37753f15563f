import { z } from 'zod';

export const ProviderName = z.enum(['stripe', 'razorpay']);
