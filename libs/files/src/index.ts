export * from './events.ts';
export * from './files.module.ts';
export * from './files.service.ts';
export * from './stored-file.ts';
export * from './upload-rules.ts';
