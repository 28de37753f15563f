import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { AuthenticationService, notLoggedIn } from '#auth';
import { type Actor, DomainError, forbidden, hasRole } from '#kernel';
import { OPERATION, type OperationOptions } from './operation.decorator.ts';

/**
 * The one door of all routes: finds out who is acting and whether the route is for them. A route that
 * does not say who may call it is closed. Whether a record is theirs is the policy's business, further in.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authentication: AuthenticationService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const operation = this.reflector.get<OperationOptions | undefined>(OPERATION, context.getHandler());
    if (!operation) throw forbidden('route_closed', 'This route is closed.');
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    request.successMessage = operation.message ?? 'OK';
    request.actor = await this.#actor(request, operation);
    if (typeof operation.access !== 'string') {
      const { actor } = request;
      if (!operation.access.some((role) => hasRole(actor, role))) {
        throw forbidden('role_required', `This is for ${operation.access.join(' and ')} accounts.`, {
          roles: operation.access,
        });
      }
    }
    return true;
  }

  async #actor(request: FastifyRequest, { access, enrolling }: OperationOptions): Promise<Actor> {
    const origin = { requestId: request.id, address: request.ip };
    const [scheme, token] = (request.headers.authorization ?? '').split(' ', 2);
    try {
      if (scheme?.toLowerCase() !== 'bearer' || !token) throw notLoggedIn();
      return await this.authentication.authenticate(token, { ...origin, enrolling });
    } catch (error) {
      // Many clients send their token with every request: one that has expired, or that is good for nothing
      // yet, must not keep them from refreshing it, or from logging in again.
      const anonymous =
        error instanceof DomainError && (error.kind === 'unauthenticated' || error.kind === 'forbidden');
      if (access === 'public' && anonymous) return { userId: null, roles: [], ...origin };
      throw error;
    }
  }
}
