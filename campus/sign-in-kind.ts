/** How people sign in at the gateway: by forms over our own protocol, or on web pages as at an Ivanti gateway with ADFS and Duo. */
export const signInKinds = ['forms', 'pages'] as const;
export type SignInKind = (typeof signInKinds)[number];
