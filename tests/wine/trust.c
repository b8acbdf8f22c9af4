/* Makes an authority (DER, the first argument) one of this Windows user's own. */
#include <stdio.h>
#include <windows.h>
#include <wincrypt.h>

int main(int count, char **words) {
  BYTE text[16384];
  FILE *file = count > 1 ? fopen(words[1], "rb") : NULL;
  if (file == NULL) return 2;
  DWORD length = (DWORD)fread(text, 1, sizeof text, file);
  HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_SYSTEM_A, 0, 0, CERT_SYSTEM_STORE_CURRENT_USER, "ROOT");
  if (store == NULL) return 3;
  if (!CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, text, length, CERT_STORE_ADD_ALWAYS, NULL)) return 4;
  return CertCloseStore(store, 0) ? 0 : 5;
}
