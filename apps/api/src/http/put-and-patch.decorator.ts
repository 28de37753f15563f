import { Patch, Put } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';

/**
 * `PUT` and `PATCH` on one handler: where the document says "update", fields that are left out stay as they
 * are, whichever of the two a client prefers. Stands above the other decorators of the method, whose
 * metadata it repeats for a second route.
 */
export function PutAndPatch(path: string): MethodDecorator {
  return (target, name, descriptor) => {
    const handler = descriptor.value as unknown as (...args: unknown[]) => unknown;
    const alias = `${String(name)}Partly`;
    const partly = {
      [alias](this: unknown, ...args: unknown[]) {
        return handler.apply(this, args);
      },
    }[alias] as typeof handler;
    for (const key of Reflect.getMetadataKeys(handler)) {
      Reflect.defineMetadata(key, Reflect.getMetadata(key, handler), partly);
    }
    for (const key of Reflect.getMetadataKeys(target, name)) {
      Reflect.defineMetadata(key, Reflect.getMetadata(key, target, name), target, alias);
    }
    const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, target.constructor, name) as object;
    Reflect.defineMetadata(ROUTE_ARGS_METADATA, parameters, target.constructor, alias);
    Object.defineProperty(target, alias, { ...descriptor, value: partly });
    Put(path)(target, name, descriptor);
    Patch(path)(target, alias, { ...descriptor, value: partly } as typeof descriptor);
  };
}
