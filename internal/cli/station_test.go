package cli

import (
	"reflect"
	"testing"

	"feedstation/internal/config"
)

// What is configured reaches the jobs: each of their options follows a key.
func TestJobsOptions(t *testing.T) {
	var cfg config.Config
	fillValue(reflect.ValueOf(&cfg).Elem())
	options := reflect.ValueOf(Options(&cfg))
	for i := range options.NumField() {
		if name := options.Type().Field(i).Name; options.Field(i).IsZero() && name != "Version" { // which the linker sets
			t.Errorf("Options.%s is not set", name)
		}
	}
}

// fillValue sets each number, text, flag and list of a value to something.
func fillValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fillValue(v.Field(i))
			}
		}
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.String {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			v.Index(0).SetString("x")
		}
	}
}
