// SPDX-License-Identifier: MIT
#include "numbered_skills.h"

#include <stdio.h>

enum { NAME_BYTES = 16 };

static char names[NUMBERED_SKILLS_MAX][NAME_BYTES];
static competency_skill skills[NUMBERED_SKILLS_MAX];

static void fill(void)
{
    for (size_t i = 0; i < NUMBERED_SKILLS_MAX; i++) {
        (void)snprintf(names[i], NAME_BYTES, "Skill_%zu", i);
        skills[i] = (competency_skill){
            .name = names[i],
            .level = {.value = (double)(i % 5 + 1), .max = 5, .is_disclosed = true},
            .weight = 1,
        };
    }
}

competency_profile numbered_skills(size_t count)
{
    if (skills[0].name == NULL) {
        fill();
    }
    return (competency_profile){.skills = skills, .count = count};
}

const char *numbered_skill_name(size_t index)
{
    return numbered_skills(NUMBERED_SKILLS_MAX).skills[index].name;
}
