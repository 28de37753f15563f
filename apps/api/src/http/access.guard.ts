import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthenticationService, notLoggedIn } from '#auth';
import { type Actor, DomainError, forbidden, hasRole } from '#kernel';
import { StreamTicketsService } from '#notifications';
import { OPERATION, type OperationOptions } from './operation.decorator.ts';
import { callerOf, RateLimits } from './rate-limits.ts';

/**
 * The one door of all routes: finds out who is acting and whether the route is for them. A route that
 * does not say who may call it is closed. Whether a record is theirs is the policy's business, further in.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authentication: AuthenticationService,
    private readonly tickets: StreamTicketsService,
    private readonly limits: RateLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const operation = this.reflector.get<OperationOptions | undefined>(OPERATION, context.getHandler());
    if (!operation) throw forbidden('route_closed', 'This route is closed.');
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    request.successMessage = operation.message ?? 'OK';
    const { access, limit = 'general' } = operation;
    const actor = await this.#actor(request, operation).catch(async (error: unknown) => {
      if (!leavesAnonymous(error)) throw error;
      const nobody: Actor = { userId: null, roles: [], requestId: request.id, address: request.ip };
      // Many clients send their token with every request: one that has expired, or that is good for nothing
      // yet, must not keep them from refreshing it, or from logging in again.
      if (access === 'public') return nobody;
      await this.limits.charge(limit, callerOf(nobody), http.getResponse<FastifyReply>());
      throw error;
    });
    await this.limits.charge(limit, callerOf(actor), http.getResponse<FastifyReply>());
    request.actor = actor;
    if (typeof access !== 'string' && !access.some((role) => hasRole(actor, role))) {
      throw forbidden('role_required', `This is for ${access.join(' and ')} accounts.`, { roles: access });
    }
    return true;
  }

  async #actor(
    request: FastifyRequest,
    { ticket: takesTicket, enrolling }: OperationOptions,
  ): Promise<Actor> {
    const origin = { requestId: request.id, address: request.ip };
    const { ticket } = request.query as { ticket?: unknown };
    if (takesTicket && typeof ticket === 'string') return this.tickets.redeem(ticket, origin);
    const [scheme, token] = (request.headers.authorization ?? '').split(' ', 2);
    if (scheme?.toLowerCase() !== 'bearer' || !token) throw notLoggedIn();
    return this.authentication.authenticate(token, { ...origin, enrolling });
  }
}

/** The token is good for nothing here. That its issuer cannot be asked is another matter. */
function leavesAnonymous(error: unknown): boolean {
  return error instanceof DomainError && (error.kind === 'unauthenticated' || error.kind === 'forbidden');
}
