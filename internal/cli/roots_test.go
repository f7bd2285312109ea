package cli_test

import (
	"crypto/x509"
	"os"
	"os/exec"
	"testing"
)

// TestRoots holds that there are certificate authorities where the machine has none.
func TestRoots(t *testing.T) {
	if os.Getenv("SSL_CERT_FILE") != "/nowhere" { // the authorities are read once a process
		again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRoots$")
		again.Env = append(os.Environ(), "SSL_CERT_FILE=/nowhere", "SSL_CERT_DIR=/nowhere")
		if out, err := again.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	if pool, err := x509.SystemCertPool(); err != nil || pool.Equal(x509.NewCertPool()) {
		t.Errorf("no authorities: %v", err)
	}
}
