// The dependency rule of the house (docs/architecture.md): calls go down, facts go up. A library imports
// only libraries that stand before it, and only through their index.
const ORDER = [
  'kernel',
  'platform',
  'audit',
  'files',
  'auth',
  'organizations',
  'patients',
  'doctors',
  'availability',
  'appointments',
  'reviews',
  'rtc',
  'emr',
  'payments',
  'notifications',
];

const anyOf = (names) => `(${names.join('|')})`;

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or three.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...ORDER.slice(0, -1).map((library, place) => ({
      name: `${library}-imports-downwards`,
      comment: `libs/${library} stands before these libraries; what must go up is an event.`,
      severity: 'error',
      from: { path: `^libs/${library}/` },
      to: { path: `^libs/${anyOf(ORDER.slice(place + 1))}/` },
    })),
    {
      name: 'through-the-front-door',
      comment: 'A library is imported through its src/index.ts only.',
      severity: 'error',
      from: { path: '^(libs/([^/]+)|apps/[^/]+)/' },
      to: { path: '^libs/([^/]+)/', pathNot: ['^libs/$2/', '^libs/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'libraries-know-no-application',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(apps|test|bench|tools)/' },
    },
    {
      name: 'libraries-know-no-http',
      comment: 'Nothing under libs/ knows HTTP, a header, a status code or a wire name.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: ['node_modules/fastify/', 'node_modules/@nestjs/(platform-fastify|swagger)/'] },
    },
    {
      name: 'kernel-stands-alone',
      severity: 'error',
      from: { path: '^libs/kernel/', pathNot: '\\.spec\\.ts$' },
      to: { path: 'node_modules/' },
    },
    {
      name: 'the-client-stands-alone',
      comment:
        'The reference client runs in browsers and elsewhere: of the server it knows the protocol only.',
      severity: 'error',
      from: { path: '^libs/rtc-client/', pathNot: '\\.(spec|fixture)\\.ts$' },
      to: { pathNot: '^libs/rtc-client/' },
    },
    {
      name: 'the-page-knows-the-client-only',
      comment: 'Every module of the visit page is fetched by a browser.',
      severity: 'error',
      from: { path: '^apps/web/' },
      to: { pathNot: '^(apps/web/|libs/rtc-client/)' },
    },
    {
      name: 'the-server-is-no-client',
      severity: 'error',
      from: { path: '^(apps/(api|worker)|libs/(?!rtc-client/))' },
      to: { path: '^libs/rtc-client/' },
    },
    {
      name: 'surfaces-are-strangers',
      comment: 'One API document never imports another.',
      severity: 'error',
      from: { path: '^apps/api/src/(marketplace|therapy|clinic|connect|lite)/' },
      to: { path: '^apps/api/src/(marketplace|therapy|clinic|connect|lite)/', pathNot: '^apps/api/src/$1/' },
    },
    {
      name: 'the-server-knows-no-local-part',
      comment: 'What stands in for AWS, Stripe and a mail server on one machine is never in production.',
      severity: 'error',
      from: { path: '^apps/(api|worker)/' },
      to: { path: '^apps/local/' },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '\\.(spec|fixture)\\.ts$' },
      to: { path: ['^test/', '\\.(spec|fixture)\\.ts$'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.data)/' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
