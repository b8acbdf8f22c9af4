/** The addresses of Duo's page. */
export const paths = {
  push: '/frame/v4/push',
  wait: '/frame/v4/push/wait',
  options: '/frame/v4/options',
  passcode: '/frame/v4/passcode',
  bypass: '/frame/v4/bypass',
  key: '/frame/v4/security-key',
  trust: '/frame/v4/trust',
} as const;
