// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "bench/bench_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/report_json.h"
#include "profile/folders.h"

enum { NAME_MAX_BYTES = 64, PATH_CAP = 4096 };

static heaplens_status fail_io(heaplens_bench_failure *failure, const char *path)
{
    (void)snprintf(failure->text, sizeof failure->text, "%.160s: %s", path, strerrordesc_np(errno));
    return HEAPLENS_EIO;
}

static bool is_special(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

static heaplens_status write_to(const char *path, heaplens_write_report *write_report,
                                const heaplens_bench_report *report,
                                heaplens_bench_failure *failure)
{
    FILE *const file = fopen(path, "we");
    if (file == NULL) {
        return fail_io(failure, path);
    }
    write_report(file, report);
    const bool is_written = fflush(file) == 0 && ferror(file) == 0;
    const int error = errno;
    if (fclose(file) != 0 || !is_written) {
        errno = is_written ? errno : error;
        return fail_io(failure, path);
    }
    return HEAPLENS_OK;
}

heaplens_status heaplens__bench_file_write(const char *path, FILE *out,
                                           heaplens_write_report *write_report,
                                           const heaplens_bench_report *report,
                                           heaplens_bench_failure *failure)
{
    if (strcmp(path, "-") == 0) {
        write_report(out, report);
        return fflush(out) == 0 && ferror(out) == 0 ? HEAPLENS_OK
                                                    : fail_io(failure, "standard output");
    }
    if (is_special(path)) {  // a rename would put a file in the place of a pipe
        return write_to(path, write_report, report, failure);
    }
    char beside[PATH_CAP];
    const int length = snprintf(beside, sizeof beside, "%s.%ld.part", path, (long)getpid());
    if (length < 0 || length >= PATH_CAP) {
        errno = ENAMETOOLONG;
        return fail_io(failure, path);
    }
    heaplens_status status = write_to(beside, write_report, report, failure);
    if (status == HEAPLENS_OK && rename(beside, path) != 0) {
        status = fail_io(failure, path);
    }
    if (status != HEAPLENS_OK) {
        (void)unlink(beside);
    }
    return status;
}

static bool is_name(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    const size_t length = strlen(name);
    return length > 0 && length <= NAME_MAX_BYTES && name[0] != '.' && name[0] != '-' &&
           strspn(name, allowed) == length;
}

bool heaplens__bench_baseline_path(const char *folder, const char *name, const char *program,
                                   char *path, size_t cap)
{
    if (strchr(name, '/') != NULL) {
        const int length = snprintf(path, cap, "%s", name);
        return length > 0 && (size_t)length < cap;
    }
    const int length = snprintf(path, cap, "%s/%s/%s.json", folder, name, program);
    return is_name(name) && length > 0 && (size_t)length < cap;
}

// Moves the cases of `kept` that `report` has not to its end. What is moved is estimated again.
static heaplens_status take_over(heaplens_bench_report *report, heaplens_bench_report *kept)
{
    const size_t most = report->case_count + kept->case_count;
    heaplens_case_result *const cases = realloc(report->cases, (most + 1) * sizeof *cases);
    if (cases == NULL) {
        return HEAPLENS_ENOMEM;
    }
    report->cases = cases;
    for (size_t i = 0; i < kept->case_count; i++) {
        if (heaplens__bench_report_find(report, kept->cases[i].id) != NULL) {
            continue;
        }
        const heaplens_status status = heaplens__case_estimate(&kept->cases[i], &kept->settings);
        if (status != HEAPLENS_OK) {
            return status;
        }
        report->cases[report->case_count] = kept->cases[i];
        report->case_count++;
        kept->cases[i] = (heaplens_case_result){.id = NULL};
    }
    return HEAPLENS_OK;
}

heaplens_status heaplens__bench_baseline_save(const char *path, heaplens_bench_report *report,
                                              heaplens_bench_failure *failure)
{
    heaplens_bench_report kept;
    heaplens_status status = heaplens__report_read(&kept, path, failure);
    const size_t measured = report->case_count;
    if (status == HEAPLENS_OK &&
        strcmp(kept.machine.fingerprint, report->machine.fingerprint) == 0) {
        status = take_over(report, &kept);
    }
    if (status == HEAPLENS_ENOINPUT) {
        status = heaplens__make_folders(path, 0777) ? HEAPLENS_OK : fail_io(failure, path);
    }
    // A baseline is what was measured, not how it compared.
    const heaplens_bench_base base = report->base;
    const bool has_base = report->has_base;
    report->base = (heaplens_bench_base){.report = NULL};
    report->has_base = false;
    if (status == HEAPLENS_OK) {
        status =
            heaplens__bench_file_write(path, NULL, heaplens__report_write_json, report, failure);
    }
    report->base = base;
    report->has_base = has_base;
    // The report goes on without what it took over.
    for (; report->case_count > measured; report->case_count--) {
        heaplens__case_deinit(&report->cases[report->case_count - 1]);
    }
    heaplens__bench_report_deinit(&kept);
    return status;
}
